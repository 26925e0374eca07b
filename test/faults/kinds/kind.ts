import type { Fault } from '../schedule';
import type { WalletLoad } from '../wallet-load';
import type { World } from '../world';

export interface FaultContext {
  readonly world: World;
  readonly load: WalletLoad;
  /** The process that a fault means. */
  targetOf(fault: Fault): string;
}

/** Breaks something, waits, and mends it: what it broke is whole again when it resolves. */
export type Inject = (context: FaultContext, fault: Fault) => Promise<void>;

export const pause = (ms: number): Promise<unknown> =>
  new Promise((resolve) => setTimeout(resolve, ms));
