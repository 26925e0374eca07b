/**
 * Platforms and their keys: made, listed, rotated, revoked.
 *
 * A secret is shown in the answer that made it and never again: neither the store nor the kept
 * answer of an idempotent request has it.
 */
import { addMilliseconds, type Clock, type InstantText, type Tenant } from '@kontor/contracts';
import { grantRefusal, PLATFORM_SCOPES, type KeyGrant, type Mode } from '../domain/api-key';
import {
  NotGranted,
  type ApiKey,
  type Command,
  type KeyMint,
  type KeyStore,
  type KeyWrites,
  type Listed,
  type PageStart,
  type Platform,
} from './key-ports';
import type { KeyRing } from './key-ring';

/** A key with its secret; null in a repeated answer. */
export interface IssuedKey extends ApiKey {
  readonly secret: string | null;
}

export interface RotatedKey extends IssuedKey {
  /** Until then the secrets before this one work. */
  readonly previousEndAt: InstantText;
}

export interface CreatedPlatform extends Platform {
  readonly secrets: Readonly<Record<Mode, string | null>>;
}

export type Issue =
  { readonly ok: true; readonly key: IssuedKey } | { readonly ok: false; readonly detail: string };

/** Who asks. */
export interface KeyHolder extends Tenant, KeyGrant {
  readonly mode: Mode;
}

export interface KeyOrder {
  readonly name: string | null;
  /** Default: the mode of the key that asks. */
  readonly mode: Mode | undefined;
  readonly scopes: KeyGrant['scopes'];
}

export interface ApiKeysParts {
  readonly store: KeyStore;
  readonly mint: KeyMint;
  readonly ring: KeyRing;
  readonly clock: Clock;
}

const MODES: readonly Mode[] = ['live', 'test'];
const SECOND_MS = 1_000;

export class ApiKeys {
  constructor(private readonly parts: ApiKeysParts) {}

  platform(id: string): Promise<Platform | undefined> {
    return this.parts.store.platform(id);
  }

  platforms(start: PageStart): Promise<Listed<Platform>> {
    return this.parts.store.platforms(start);
  }

  /** A platform with a live and a test key for everything that is its own. */
  async createPlatform(name: string, command: Command | undefined): Promise<CreatedPlatform> {
    const { store, mint, clock } = this.parts;
    const work = async (writes: KeyWrites): Promise<CreatedPlatform> => {
      const platform = { id: mint.newPlatformId(), name, createdAt: clock.now() };
      await writes.addPlatform(platform);
      const secrets: Record<Mode, string | null> = { live: null, test: null };
      for (const mode of MODES) {
        const order = { name: null, mode, scopes: PLATFORM_SCOPES };
        secrets[mode] = (await this.issueIn(writes, platform.id, order)).secret;
      }
      return { ...platform, secrets };
    };
    const created = await store.once(command, work, (answer) => ({
      ...answer,
      secrets: { live: null, test: null },
    }));
    this.parts.ring.forget();
    return created;
  }

  /** Errors: NotGranted, CommandReused. */
  async issue(
    holder: KeyHolder,
    order: KeyOrder,
    command: Command | undefined,
  ): Promise<IssuedKey> {
    const granted = { ...order, mode: order.mode ?? holder.mode };
    assertGranted(holder, granted);
    const key = await this.parts.store.once(
      command,
      (writes) => this.issueIn(writes, holder.platform, granted),
      withoutSecret,
    );
    this.parts.ring.forget();
    return key;
  }

  list(tenant: Tenant, start: PageStart): Promise<Listed<ApiKey>> {
    return this.parts.store.keysOf(tenant, start);
  }

  /** Undefined when there is no such key. Errors: NotGranted, CommandReused. */
  async rotate(
    holder: KeyHolder,
    keyId: string,
    options: { readonly graceSeconds: number; readonly command: Command | undefined },
  ): Promise<RotatedKey | undefined> {
    const { store, mint, clock, ring } = this.parts;
    const work = async (writes: KeyWrites): Promise<Partial<RotatedKey>> => {
      const key = await writes.lockKey(holder, keyId);
      if (!key) return {};
      assertGranted(holder, key);
      const at = clock.now();
      const secret = mint.newSecret();
      const previousEndAt = addMilliseconds(at, options.graceSeconds * SECOND_MS);
      await writes.replaceSecret(key, { hash: mint.hashOf(secret), at, previousEndAt });
      return { ...key, secret, previousEndAt };
    };
    const rotated = await store.once(options.command, work, (answer) => ({
      ...answer,
      secret: null,
    }));
    ring.forget();
    return isRotated(rotated) ? rotated : undefined;
  }

  /**
   * False when there is no such key. From the answer on no request of this process uses it.
   *
   * Errors: NotGranted.
   */
  async revoke(holder: KeyHolder, keyId: string): Promise<boolean> {
    const { store, clock, ring } = this.parts;
    const work = async (writes: KeyWrites): Promise<{ done: boolean }> => {
      const key = await writes.lockKey(holder, keyId);
      if (!key) return { done: false };
      assertGranted(holder, key);
      await writes.revoke(key, clock.now());
      return { done: true };
    };
    const { done } = await store.once(undefined, work, (answer) => answer);
    ring.forget();
    return done;
  }

  private async issueIn(
    writes: KeyWrites,
    platform: string,
    order: KeyOrder & { readonly mode: Mode },
  ): Promise<IssuedKey> {
    const { mint, clock } = this.parts;
    const secret = mint.newSecret();
    const { name, mode, scopes } = order;
    const key = { platform, mode, id: mint.newKeyId(), name, scopes, createdAt: clock.now() };
    await writes.addKey({ ...key, secretHash: mint.hashOf(secret) });
    return { ...key, lastUsedAt: null, secret };
  }
}

function assertGranted(holder: KeyHolder, granted: KeyGrant): void {
  const refusal = grantRefusal(holder, granted);
  if (refusal !== undefined) throw new NotGranted(refusal);
}

const withoutSecret = (key: IssuedKey): IssuedKey => ({ ...key, secret: null });

const isRotated = (answer: Partial<RotatedKey>): answer is RotatedKey => answer.id !== undefined;
