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

/** A key on its way into the store; its secret stays outside. */
export interface NewKey extends Tenant {
  readonly id: string;
  readonly name: string | null;
  readonly scopes: readonly Scope[];
  readonly secretHash: string;
  readonly createdAt: InstantText;
}

/** A request that may come again: by its `Idempotency-Key`. */
export interface Command {
  readonly tenant: Tenant;
  readonly commandId: string;
  readonly requestHash: string;
}

/**
 * Runs `work` once per command and keeps what `kept` makes of its answer, in the transaction of the
 * change; the same command again gets that. Without a command it just runs.
 *
 * Errors: CommandReused when the id was used for another request; whatever `work` throws.
 */
export type Once<Writes> = <Answer extends object>(
  command: Command | undefined,
  work: (writes: Writes) => Promise<Answer>,
  kept: (answer: Answer) => Answer,
) => Promise<Answer>;

/** The id of a command that was used for another request. Final. */
export class CommandReused extends Error {
  readonly code = 'idempotency_key_reused';
  readonly retriable = false;
  constructor() {
    super('the idempotency key was used for another request');
  }
}

/** The key that asks may not give out, rotate or revoke such a key. Final. */
export class NotGranted extends Error {
  readonly code = 'missing_scope';
  readonly retriable = false;
}

/** What one transaction may change. */
export interface KeyWrites {
  addPlatform(platform: Platform): Promise<void>;
  addKey(key: NewKey): Promise<void>;
  /** The key, locked until the commit; undefined when there is none or it was revoked. */
  lockKey(tenant: Tenant, keyId: string): Promise<ApiKey | undefined>;
  /** Gives the key another secret; those that it has end at `previousEndAt` at the latest. */
  replaceSecret(
    key: ApiKey,
    secret: {
      readonly hash: string;
      readonly at: InstantText;
      readonly previousEndAt: InstantText;
    },
  ): Promise<void>;
  revoke(key: ApiKey, at: InstantText): Promise<void>;
}

/** Where a page goes on. */
export interface PageStart {
  readonly limit: number;
  readonly offset: number;
  /** The last one of the page before. */
  readonly after?: { readonly createdAt: InstantText; readonly id: string } | undefined;
}

export interface Listed<Item> {
  readonly items: readonly Item[];
  /** Whether a next page would hold anything. */
  readonly hasMore: boolean;
  readonly totalCount: number;
}

export interface KeyStore {
  readonly once: Once<KeyWrites>;
  /** Newest first; revoked ones are not listed. */
  keysOf(tenant: Tenant, start: PageStart): Promise<Listed<ApiKey>>;
  platforms(start: PageStart): Promise<Listed<Platform>>;
  platform(id: string): Promise<Platform | undefined>;
}

/** New ids and secrets: chance comes from outside. */
export interface KeyMint {
  newPlatformId(): string;
  newKeyId(): string;
  newSecret(): string;
  hashOf(secret: string): string;
}
