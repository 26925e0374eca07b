/**
 * Who may give out, rotate and revoke which keys.
 *
 * Rules:  `admin` reaches the whole installation, so only a key that has it passes it on; a test
 *         key opens no way into live data.
 */
export const SCOPES = ['ingest', 'read', 'write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];
export type Mode = 'live' | 'test';

/** What the keys of a new platform may do: everything that concerns the platform itself. */
export const PLATFORM_SCOPES: readonly Scope[] = ['ingest', 'read', 'write'];

export interface KeyGrant {
  readonly mode: Mode;
  readonly scopes: readonly Scope[];
}

/** Why `holder` may not give out or change such a key; undefined when it may. */
export function grantRefusal(holder: KeyGrant, granted: KeyGrant): string | undefined {
  if (holder.scopes.includes('admin')) return undefined;
  if (granted.scopes.includes('admin'))
    return 'Keys with the scope `admin` are for those that have it.';
  if (holder.mode === 'test' && granted.mode === 'live')
    return 'A test key reaches live keys only with the scope `admin`.';
  return undefined;
}
