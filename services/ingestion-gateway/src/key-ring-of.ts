import type { ServiceRuntime } from '@kontor/service-host';
import { PostgresKeyDirectory } from './adapters/postgres/key-directory';
import { secretHashOf } from './adapters/postgres/secrets';
import { KeyRing } from './app/key-ring';

const rings = new WeakMap<ServiceRuntime, KeyRing>();

/** The one key ring of a runtime: what authenticates must hear at once of what is revoked. */
export function keyRingOf(runtime: ServiceRuntime): KeyRing {
  const known = rings.get(runtime);
  if (known) return known;
  const ring = new KeyRing({
    directory: new PostgresKeyDirectory(runtime.database),
    clock: runtime.clock,
    elapsedMs: () => performance.now(),
    hashOf: secretHashOf,
    nextTurn: setImmediate,
  });
  rings.set(runtime, ring);
  return ring;
}
