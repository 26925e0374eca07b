import type { Mode } from './generated';

/** What every fact carries, whatever it says. */
export interface FactHeader {
  readonly type: string;
  /** Platform id, `acc_...`. */
  readonly platform: string;
  readonly mode: Mode;
  /** Decides the partition, and what is parked together: a customer id or a platform id. */
  readonly key: string;
}

/** A tenant: one platform in one mode. Nothing is ever read or written across it. */
export interface Tenant {
  readonly platform: string;
  readonly mode: Mode;
}
