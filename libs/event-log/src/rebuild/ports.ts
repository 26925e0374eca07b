/**
 * A view made again from the log: what a service gives for it, and what operators see of it.
 *
 * Source: docs/adr/0013-rebuilds.md.
 */
import type { Database } from '@kontor/postgres';
import type { BatchOutcome, Checkpoints, FactBatch } from '../ports';

/** Where a fold writes: the live view, or the shadow that is to replace it. */
export interface ViewParts {
  readonly database: Database;
  readonly checkpoints: Checkpoints;
}

/** What the `@Consumes` method of a view consumer calls, and a rebuild too. */
export interface ViewConsumer {
  apply(batch: FactBatch): Promise<BatchOutcome>;
}

/** A service's view consumers, bound to one place. */
export interface ViewFold {
  /** By name, as in schemas/topics.yaml; each reads one topic. */
  readonly consumers: Readonly<Record<string, ViewConsumer>>;
  /**
   * Works off what consumers leave for later, so that rows can be compared; false when more than
   * `timeoutMs` would be needed, or more came in meanwhile.
   */
  settle?(timeoutMs?: number): Promise<boolean>;
  /** Decides again what the service decided from others' facts, and compares. */
  recheck?: Recheck;
}

/** Decisions of a service made again: rating twice gives the same bytes. */
export interface Recheck {
  /** The topic decided from, and the consumer that decided. */
  readonly consumer: string;
  readonly topic: string;
  /** Called once everything that is to be compared was decided. */
  open(): Promise<DecisionsAgain>;
}

export interface DecisionsAgain {
  /** What differs among the facts of a batch; all of them were decided. */
  compare(batch: Pick<FactBatch, 'facts'>): Promise<readonly DecisionDifference[]>;
  close(): Promise<void>;
}

export interface DecisionDifference {
  readonly key: Readonly<Record<string, string>>;
  readonly difference: 'missing' | 'changed';
}

export interface RebuildRequest {
  /** Compares the new rows with those that are served. */
  readonly verify: boolean;
  /** Puts the new view in the place of the old one; without it the new one is dropped. */
  readonly swap: boolean;
}

export type RebuildState =
  | 'preparing'
  | 'replaying'
  | 'comparing'
  | 'swapping'
  /** Ends: all well; broken; its process is gone. */
  | 'done'
  | 'failed'
  | 'interrupted';

export interface RowDifference {
  readonly table: string;
  readonly key: Readonly<Record<string, string | null>>;
  /** `missing`: the log says it, the view does not; `unexpected`: the other way round. */
  readonly difference: 'missing' | 'unexpected' | 'changed';
}

export interface TableComparison {
  readonly table: string;
  readonly rows: number;
  /** Of all rows, in any order; hexadecimal. */
  readonly hash: string;
  readonly same: boolean;
}

export interface ViewComparison {
  readonly same: boolean;
  readonly tables: readonly TableComparison[];
  /** Facts decided again, when the service decides any. */
  readonly decisionsChecked: number;
  /** The first ones. */
  readonly differences: readonly RowDifference[];
  /** Whether there are more than are listed. */
  readonly truncated: boolean;
}

export interface RebuildReport {
  readonly factsDone: number;
  /** Estimated from records until all were read. */
  readonly factsTotal: number;
  readonly factsPerSecond: number;
  readonly secondsLeft: number | null;
  readonly comparison: ViewComparison | null;
  /** Why it failed. */
  readonly reason: string | null;
}

export interface Rebuild extends RebuildRequest, RebuildReport {
  readonly id: string;
  readonly state: RebuildState;
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly endedAt: string | null;
}

/** The rebuilds of one service, whichever process works on them. */
export interface Rebuilds {
  /** Answers undefined when one is under way, here or in another process. */
  start(request: RebuildRequest): Promise<Rebuild | undefined>;
  find(id: string): Promise<Rebuild | undefined>;
  /** Newest first. */
  list(page: { readonly limit: number; readonly offset: number }): Promise<{
    items: Rebuild[];
    totalCount: number;
  }>;
  /** Gives up what this process is at; resolves when nothing of it is left running. */
  stop(): Promise<void>;
}
