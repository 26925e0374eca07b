/** What platforms and keys need from outside. */
import type { InstantText, Mode, Tenant } from '@kontor/contracts';
import type { Scope } from '../domain/api-key';

export interface Platform {
  readonly id: string;
  readonly name: string;
  readonly createdAt: InstantText;
}

export interface ApiKey extends Tenant {
  readonly id: string;
  readonly name: string | null;
  readonly scopes: readonly Scope[];
  readonly createdAt: InstantText;
  readonly lastUsedAt: InstantText | null;
}

/** Whom a secret belongs to. */
export interface KeyOwner extends Tenant {
  readonly platform: string;
  readonly mode: Mode;
  readonly keyId: string;
  readonly scopes: readonly Scope[];
  /** Of a rotated secret: from then on it is unknown. */
  readonly expiresAt: InstantText | null;
}

/** Infrastructure errors only; retriable. */
export interface KeyDirectory {
  /** Owners by hash (hex) of the secrets that are neither revoked nor unknown. */
  find(secretHashes: readonly string[]): Promise<ReadonlyMap<string, KeyOwner>>;
  /** Remembers when keys were last used; never moves an instant back. */
  used(uses: ReadonlyMap<string, InstantText>): Promise<void>;
}
