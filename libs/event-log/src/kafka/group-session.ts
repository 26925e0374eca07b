import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { CLIENT_RETRY } from './client';
import {
  FETCH_BYTES_MAX,
  FETCH_PARTITION_BYTES_MAX,
  FETCH_WAIT_MS,
  HEARTBEAT_INTERVAL_MS,
} from './options';
import { deferred, settledWithin } from './waiting';

/** A broker that hangs must not keep a process from ending. */
const CLOSE_WAIT_MS = 5_000;
/** The batches of a fetch only go into the queue; none should wait for another. */
const BATCHES_AT_ONCE = 64;

export interface GroupSessionParts {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  /** The topic's name on the broker. */
  readonly topic: string;
  /** Called before anything of the new assignment is fetched. */
  onJoin(partitions: readonly number[]): void;
  onBatch(payload: EachBatchPayload): Promise<void>;
}

/** One membership in a group, from joining it until it breaks or is closed; never used again. */
export class GroupSession {
  readonly consumer: Consumer;
  private readonly ended = deferred<Error | undefined>();
  private readonly started: Promise<void>;

  constructor(private readonly parts: GroupSessionParts) {
    const { kafka, groupId, sessionTimeoutMs, topic, onJoin } = parts;
    this.consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytes: FETCH_BYTES_MAX,
      maxBytesPerPartition: FETCH_PARTITION_BYTES_MAX,
      retry: { ...CLIENT_RETRY, restartOnFailure: () => Promise.resolve(false) },
    });
    const { CRASH, GROUP_JOIN } = this.consumer.events;
    this.consumer.on(CRASH, ({ payload }) => this.ended.resolve(payload.error));
    this.consumer.on(GROUP_JOIN, ({ payload }) => onJoin(payload.memberAssignment[topic] ?? []));
    this.started = this.start();
    this.started.catch((error: Error) => this.ended.resolve(error));
  }

  /** Resolves when it is over: with what broke it, or with nothing when it was closed. */
  get end(): Promise<Error | undefined> {
    return this.ended.promise;
  }

  /** Ends the wait for `end`; `close` must follow. */
  finish(): void {
    this.ended.resolve(undefined);
  }

  /** Leaves the group. Waits for the broker, but not for ever. */
  async close(): Promise<void> {
    const leave = (): Promise<void> => this.consumer.disconnect().catch(() => undefined);
    // A start still under way may connect after the first of these.
    const left = Promise.all([leave(), this.started.catch(() => undefined).then(leave)]);
    await settledWithin(left, CLOSE_WAIT_MS);
  }

  private async start(): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [this.parts.topic], fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: BATCHES_AT_ONCE,
      eachBatch: (payload) => this.parts.onBatch(payload),
    });
  }
}
