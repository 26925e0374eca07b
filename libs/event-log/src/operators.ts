/** What operators see of a service's consumers, and what they can do about parked facts. */
import type { FactHeader, Mode } from '@kontor/contracts';
import type { Cause, TopicPartition } from './ports';

/** A fact kept aside, with everything needed to look at it and to try again. */
export interface DeadLetter {
  readonly id: string;
  readonly consumer: string;
  readonly platform: string;
  readonly mode: Mode;
  readonly key: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly index: number;
  /** Why; `behind <id>` for facts parked because an earlier one of their key is. */
  readonly reason: string;
  readonly fact: FactHeader;
  readonly cause?: Cause;
  readonly parkedAt: string;
}

export interface DeadLetterQuery {
  readonly consumer?: string;
  /** 1 to 100. */
  readonly limit: number;
  readonly offset: number;
}

/** What became of a key's parked facts. */
export interface RetryReport {
  readonly applied: number;
  /** Facts of the key that are still parked. */
  readonly remaining: number;
  /** Why the first remaining one could not be applied. */
  readonly reason?: string;
}

/** The parked facts of one service's consumers. */
export interface DeadLetters {
  /** Oldest first. */
  list(query: DeadLetterQuery): Promise<{ items: DeadLetter[]; totalCount: number }>;
  /** Parked facts per consumer; consumers without any are left out. */
  counts(): Promise<{ consumer: string; count: number }[]>;
  /**
   * Applies the parked facts of this letter's key in order, past the checkpoint, deleting them in
   * the same transactions, until one cannot be applied. Undefined when there is no such letter.
   */
  retry(id: string): Promise<RetryReport | undefined>;
  /**
   * Gives this fact up for ever, also in rebuilds, and applies what waits behind it if it was the
   * first of its key. Undefined when there is no such letter.
   */
  discard(id: string): Promise<RetryReport | undefined>;
}

/** Whether a consumer works: `running`, `starting` (it has not read yet), or why it stopped. */
export interface ConsumerState {
  readonly consumer: string;
  readonly topic: string;
  readonly state: string;
  readonly isStopped: boolean;
}

/** How far a consumer is, for `GET /admin/<service>/consumers`. */
export interface ConsumerProgress extends TopicPartition {
  readonly consumer: string;
  readonly position: number;
  readonly head: number;
  /** Records not applied yet. */
  readonly lag: number;
  /** The same in facts, by how many a record had so far; exact only when there is no lag. */
  readonly lagFacts: number;
  readonly lagSeconds: number;
  readonly incarnation: string | null;
  /** `running`, or why it stopped. */
  readonly state: string;
}
