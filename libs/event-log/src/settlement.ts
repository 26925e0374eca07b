/**
 * What is written with a delivery's own rows. Services pass it on unread.
 */
import type { Settlement } from './ports';

/** A checkpoint on its way; every value is guarded by the one that was read. */
export interface CheckpointMove {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  /** The log's incarnation that `to` belongs to, and the one stored before. */
  readonly incarnation: string;
  readonly before: string | null;
  /** The partition's parking count as it was read. */
  readonly parking: number;
  /** Whether this delivery parks facts of the partition: the count goes up by one. */
  readonly parks: boolean;
}

/** A fact to park: a row of the dead-letter table. */
export interface Park {
  readonly id: string;
  readonly partition: number;
  readonly position: number;
  readonly index: number;
  readonly platform: string;
  readonly mode: string;
  readonly key: string;
  readonly reason: string;
  /** JSON text. */
  readonly fact: string;
  readonly cause_topic: string | null;
  readonly cause_partition: number | null;
  readonly cause_position: number | null;
}

/** As `log_settle` takes it. */
export interface SettlementPlan {
  readonly consumer: string;
  readonly topic: string;
  readonly moves: readonly CheckpointMove[];
  /** Changes of what is parked without a move. */
  readonly bumps?: readonly { readonly partition: number; readonly parking: number }[];
  readonly parks?: readonly Park[];
  /** Letters taken out; of these, `discards` are given up for ever. */
  readonly unparks?: readonly string[];
  readonly discards?: readonly string[];
}

export class BatchSettlement implements Settlement {
  /** Whether it was written (a trial: would have been) by the handler. */
  reached = false;
  /** Whether its guard failed: another reader was first. */
  fenced = false;

  constructor(
    readonly plan: SettlementPlan,
    /** A trial run does everything and is always rolled back. */
    readonly trial = false,
  ) {}

  get consumer(): string {
    return this.plan.consumer;
  }
}

export function settlementOf(settlement: Settlement): BatchSettlement {
  if (settlement instanceof BatchSettlement) return settlement;
  throw new Error(`not a settlement of this library: ${settlement.consumer}`);
}
