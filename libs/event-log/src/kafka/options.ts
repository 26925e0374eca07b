import type { Wakeups } from '../wakeups';

/** Where this library reports what an operator should know; `Logger` of service-host fits. */
export interface BusLogger {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface KafkaBusOptions {
  /** `host:port` of some brokers of the cluster. */
  readonly brokers: readonly string[];
  /** Shown in the broker's logs and quotas, e.g. `kontor-rating`. */
  readonly clientId: string;
  readonly wakeups: Wakeups;
  readonly logger: BusLogger;
  /** Put before the names of topics and groups, so that installations can share a cluster. */
  readonly prefix?: string;
  /** A member that was killed is missed after this; its partitions stand still until then. */
  readonly sessionTimeoutMs?: number;
  /** Copies of each topic that is created; absent: the cluster's default. */
  readonly replicationFactor?: number;
}

/** Brokers refuse shorter ones (`group.min.session.timeout.ms`). */
export const SESSION_TIMEOUT_MS = 6_000;
export const HEARTBEAT_INTERVAL_MS = 2_000;
/** How long a fetch waits for a record; also the longest time that a stop waits for one. */
export const FETCH_WAIT_MS = 250;
/** Bytes of one fetch, all partitions together; a record batch is sent whole even if larger. */
export const FETCH_BYTES_MAX = 4 * 1024 * 1024;
export const FETCH_PARTITION_BYTES_MAX = 1024 * 1024;
/** Fetched and not applied yet, per subscription; above it fetching waits. */
export const QUEUED_BYTES_MAX = 4 * 1024 * 1024;

/** Back-off between attempts of what is tried without end. */
export const RETRY_MIN_MS = 100;
export const RETRY_MAX_MS = 2_000;

/**
 * The attempt that is said in the log. A broker that just started answers "coordinator is loading"
 * for a second or two, which is no news.
 */
export const NEWSWORTHY_ATTEMPT = 3;

/** The delay before attempt `attempt` (from 0), doubling up to the bound. */
export const retryDelayMs = (attempt: number): number =>
  Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(attempt, 10));
