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

/** Finds the owner of a key; undefined for an unknown or revoked one. */
export type Authenticate = (key: string) => Promise<Omit<RequestContext, 'requestId'> | undefined>;
