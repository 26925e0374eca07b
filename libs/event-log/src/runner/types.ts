/** What a consumer's runner is given by its surroundings. */
import type { FactBatch, InboundBatch } from '../ports';

/** A handler as it is written: whatever it answers or throws is judged by the runner. */
export type BatchHandler = (batch: FactBatch) => Promise<unknown>;
export type InboundHandler = (batch: InboundBatch) => Promise<unknown>;

/** Where the runner says what happens; each may be left out. */
export interface ConsumerHooks {
  /** Surrounds the work on one delivery; `traces`: the trace contexts of its records. */
  traced?<T>(delivery: TracedDelivery, work: () => Promise<T>): Promise<T>;
  /** A delivery was committed. */
  applied?(consumer: string, topic: string, applied: AppliedDelivery): void;
  /** Facts were parked: an alert says so. */
  parked?(consumer: string, facts: number, reason: string): void;
  /** The same delivery will come again. */
  retried?(consumer: string, reason: string): void;
  /** The consumer stopped and will not go on by itself. */
  stopped?(consumer: string, reason: string): void;
}

export interface TracedDelivery {
  readonly consumer: string;
  readonly topic: string;
  readonly facts: number;
  readonly traces: readonly string[];
}

/** How much a delivery brought, and how long it took from its arrival to its commit. */
export interface AppliedDelivery {
  readonly facts: number;
  readonly records: number;
  readonly milliseconds: number;
}

/** A part of service-host's Logger. */
export interface RunnerLogger {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
