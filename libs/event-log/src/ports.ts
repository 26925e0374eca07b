/**
 * The log as services see it: append to the local log inside their own transaction, take batches of
 * others' facts, move the checkpoint in the transaction of what they wrote.
 *
 * Source: docs/adr/0002-postgres-writes-kafka-publishes.md, docs/adr/0006-delivery.md.
 */
import type { FactHeader, Tenant } from '@kontor/contracts';
import type { Database, Queryable, Transaction } from '@kontor/postgres';

/** The record that caused ours: for rated, wallet and cost records the usage record they are about. */
export interface Cause {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A record to append: 1 to 100 facts of one partition, at most 512 KiB. Never regrouped later. */
export interface RecordDraft extends TopicPartition {
  readonly facts: readonly FactHeader[];
  readonly cause?: Cause;
}

/** Where a record landed. Positions start at 1 and have no gaps; 0 means "nothing yet". */
export interface RecordPosition extends TopicPartition {
  readonly position: number;
}

/** A record as it is read. */
export interface LogRecord extends RecordPosition {
  /** The log's identity; a new one after a restore. */
  readonly incarnation: string;
  readonly facts: readonly FactHeader[];
  readonly cause?: Cause;
  /** When it was appended, as far as the bus knows; for lag. */
  readonly recordedAt?: string;
  /** The trace context of what appended it, while traces are recorded. */
  readonly trace?: string;
}

/** A service's own log. */
export interface LocalLog {
  readonly incarnation: string;
  /**
   * Takes the row locks of these partitions' heads, in (topic, partition) order. Call it before any
   * other row lock of the transaction; that order is what keeps appenders free of deadlocks.
   */
  lockHeads(tx: Transaction, partitions: readonly TopicPartition[]): Promise<void>;
  /**
   * Appends records; locks the heads itself when `lockHeads` did not. Facts are checked against
   * their schemas here.
   *
   * Errors: InvalidFact (a bug of ours, nothing is written).
   */
  append(tx: Transaction, records: readonly RecordDraft[]): Promise<RecordPosition[]>;
  /**
   * For a statement of the service's own that appends (`appendArguments`): what to answer and to
   * give to `committed`, from the positions that `log_append` answered.
   */
  appended(records: readonly RecordDraft[], positions: readonly number[]): RecordPosition[];
  /**
   * Wakes in-process readers. Called after the commit, with the very positions that `append` or
   * `appended` answered: readers then take those records from memory.
   */
  committed(positions: readonly RecordPosition[]): void;
  /** The last position of each partition of a topic that this service owns, read from its rows. */
  /** `within` a transaction that locked them, they stay what they are until its end. */
  heads(topic: string, within?: Queryable): Promise<RecordPosition[]>;
}

/** One fact in a batch, with its address. */
export interface DeliveredFact<F extends FactHeader = FactHeader> extends RecordPosition {
  /** Index inside its record. */
  readonly index: number;
  readonly fact: F;
  /** Cause of its record; a usage record is its own cause to those it causes. */
  readonly cause?: Cause;
}

/**
 * What must be written with a batch's own rows: checkpoints moved from the old value to the new,
 * facts parked, parked facts taken out. Opaque to services.
 */
export interface Settlement {
  readonly consumer: string;
}

export interface FactBatch<F extends FactHeader = FactHeader> {
  readonly consumer: string;
  readonly topic: string;
  /** Facts to apply, in order within each partition. Empty when all were parked or skipped. */
  readonly facts: readonly DeliveredFact<F>[];
  readonly settlement: Settlement;
}

/** What a consumer answers. Anything else, and any infrastructure error thrown, counts as retry. */
export type BatchOutcome =
  | { readonly kind: 'applied' }
  /** Not now: nothing was written; the same batch comes again. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  /** The fact at `index` of `batch.facts` can never be applied; nothing was written. */
  | (PoisonFact & {
      readonly kind: 'poison';
      /** Further ones of the same batch, so that many are parked in one go. */
      readonly more?: readonly PoisonFact[];
    });

export interface PoisonFact {
  readonly index: number;
  readonly reason: string;
}

/** What is parked together: order is promised within a key of a tenant, so is what waits. */
export interface ParkedKey extends Tenant {
  readonly key: string;
}

/** The checkpoints of a service's consumers, in its own database. */
export interface Checkpoints {
  /**
   * Writes a batch's settlement. Call it in the transaction that writes the batch's rows.
   *
   * Errors: Fenced when another instance moved the checkpoint first, or facts were parked
   *         meanwhile: let it roll the transaction back; the batch is read again.
   */
  settle(tx: Transaction, settlement: Settlement): Promise<void>;
  /**
   * Writes the settlements of several batches of deciding consumers that share a transaction.
   * Answers, in their order, which were written: a fenced one leaves nothing behind and the others
   * go on; its entry must be dropped and its handler must end with `Fenced`. Call it after
   * `lockHeads` and before any row of those batches is written.
   */
  trySettle(tx: Transaction, settlements: readonly Settlement[]): Promise<boolean[]>;
  /** The keys of a consumer that have parked facts, read in the caller's transaction. */
  parkedKeys(tx: Queryable, consumer: string): Promise<ParkedKey[]>;
  /** The last applied position, 0 when there is none. */
  position(consumer: string, topic: string, partition: number): Promise<number>;
  /**
   * Resolves when the consumer has applied `position`, at once when it has; false after `timeoutMs`.
   * Woken in process, and polled, because another instance may be the one that applies.
   */
  waitFor(consumer: string, at: RecordPosition, timeoutMs: number): Promise<boolean>;
}

/** The records of one partition, in order. */
export interface RecordSlice extends TopicPartition {
  readonly records: readonly LogRecord[];
}

/** A checkpoint, and the incarnation of the log that it counts in; null or absent when none is known. */
export interface CheckpointPosition extends RecordPosition {
  readonly incarnation?: string | null;
}

export interface Subscription {
  readonly consumer: string;
  readonly topic: string;
  /** At most this many facts a delivery, rounded up to whole records. */
  readonly factsMax: number;
  /** On Kafka: read as the only member of a group of this name, which is removed at the stop. */
  readonly group?: string;
  /** Read fresh from the database: where to go on, per partition (0 = from the start). */
  checkpoints(): Promise<readonly CheckpointPosition[]>;
  /**
   * Applies slices (one partition each, never the same partition twice at once).
   * `reload`: read the checkpoints again and go on from there. `stop`: the reader must stop.
   * It may take as long as the database is down; aborting `signal` ends the wait with `reload`.
   */
  deliver(
    slices: readonly RecordSlice[],
    signal?: AbortSignal,
  ): Promise<'applied' | 'reload' | 'stop'>;
  /** The bus met what must not be read over (another incarnation, a head below a checkpoint). */
  halt?(reason: string): void;
}

/** A header's last value as text; Kafka allows a name to be repeated. */
export type InboundHeaders = ReadonlyMap<string, string>;

/** A record of an inbound topic, as an external producer wrote it. Nothing about it is checked. */
export interface InboundRecord {
  readonly partition: number;
  /** Kafka's offset. The record's position is `offset + 1`, so that 0 means "nothing yet". */
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: InboundHeaders;
}

/**
 * What a consumer of an inbound topic gets. It answers `applied` or `retry`; a record that it cannot
 * use it refuses in its own way and applies the batch (`poison` counts as `retry`: a bug of ours).
 */
export interface InboundBatch {
  readonly consumer: string;
  readonly topic: string;
  /** In order within each partition; a batch may span several. Never empty. */
  readonly records: readonly InboundRecord[];
  /** `checkpoints.settle(tx, settlement)` in the transaction that writes what came of the records. */
  readonly settlement: Settlement;
}

/** The inbound records of one partition, in order. */
export interface InboundSlice extends TopicPartition {
  readonly records: readonly InboundRecord[];
}

/** How the bus reads an inbound topic for one consumer. */
export interface RawSubscription {
  readonly consumer: string;
  readonly topic: string;
  /** At most this many records a delivery. */
  readonly recordsMax: number;
  /**
   * Read fresh from the database: the last applied position per partition (offset + 1). Of another
   * incarnation than the given one (the broker's cluster id) none count: reading starts at the
   * earliest offset that the broker still has. Nor does one beyond the partition's end in `ends`
   * (the offset that comes next): the topic was made anew.
   */
  checkpoints(
    incarnation: string,
    ends?: ReadonlyMap<number, number>,
  ): Promise<readonly RecordPosition[]>;
  /** As in Subscription; `incarnation` is the cluster id that the records came from. */
  deliver(
    slices: readonly InboundSlice[],
    incarnation: string,
    signal?: AbortSignal,
  ): Promise<'applied' | 'reload' | 'stop'>;
}

/**
 * The one fact of a record of a raw topic (`usage.ingest.v1.dlq`): written to Kafka as `value` and
 * `headers`, without an envelope.
 */
export interface RefusedRecord extends FactHeader {
  readonly type: 'usage.refused';
  /** The record's key as received, base64; absent when it had none. */
  readonly recordKey?: string;
  /** The value as received, base64; null when it had none. */
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RunningSubscription {
  /**
   * Resolves when this reader takes part (Kafka: it has joined its group, the relay: it holds its
   * lock). Absent where it does so at once.
   */
  readonly ready?: Promise<void>;
  /** Resolves when the delivery in flight is done; none follows. */
  stop(): Promise<void>;
}

/** How far the relay of one service is. */
export interface RelayStatus {
  readonly service: string;
  /** `copying`; `standby`: another process copies; else what it waits for. */
  readonly state: string;
  /** Records in the local log that Kafka has not acknowledged. */
  readonly backlogRecords: number;
  /** How long the oldest of them has been waiting; 0 when there is none. */
  readonly ageSeconds: number;
  /** Records that this process has published. */
  readonly publishedRecords: number;
}

/**
 * The bus. Embedded: tails the services' local logs in PostgreSQL. Distributed: Apache Kafka.
 * Both pass `event-bus.contract.ts`.
 */
export interface EventBus {
  subscribe(subscription: Subscription): Promise<RunningSubscription>;
  /** Reads an inbound topic. Absent on a bus that external producers cannot write to. */
  subscribeRaw?(subscription: RawSubscription): Promise<RunningSubscription>;
  /** Makes a service's log visible to the others: embedded nothing to do, on Kafka the relay. */
  publish(log: PublishedLog): Promise<RunningSubscription>;
  /** The last position of each partition, as far as this process can know it. */
  heads(topic: string): Promise<RecordPosition[]>;
  /** When the first record after `position` was appended; undefined when there is none or it is unknown. */
  waitingSince?(position: RecordPosition): Promise<string | undefined>;
  /** Fails while the bus cannot be reached. Absent where it is the database itself. */
  answers?(): Promise<void>;
  /** The relays of this process, for metrics. Absent on a bus that copies nothing. */
  relays?(): Promise<readonly RelayStatus[]>;
  close(): Promise<void>;
}

/** A local log that the relay copies. */
export interface PublishedLog {
  readonly service: string;
  readonly database: Database;
  readonly log: LocalLog;
}
