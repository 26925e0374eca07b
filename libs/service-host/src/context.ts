import type { Mode, Tenant } from '@kontor/contracts';

/** What a key allows. `admin` is installation-wide; nothing else reaches /admin. */
export type Scope = 'ingest' | 'read' | 'write' | 'admin';

/** Who asks: known before a controller runs, never taken from a body. */
export interface RequestContext extends Tenant {
  readonly platform: string;
  readonly mode: Mode;
  readonly scopes: readonly Scope[];
  readonly keyId: string;
  readonly requestId: string;
}

/** Whose key it is; undefined for an unknown or revoked one. */
export type KeyHolder = Omit<RequestContext, 'requestId'> | undefined;

/** Finds the owner of a key: at once when it is known here, so that the usual request waits for nothing. */
export type Authenticate = (key: string) => KeyHolder | Promise<KeyHolder>;
