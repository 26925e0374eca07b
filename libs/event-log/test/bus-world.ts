/** What the contract of the bus is told with: an appender, and consumers that note every fact. */
import type { FactHeader, UsageRecorded } from '@kontor/contracts';
import {
  buildRecords,
  type BatchOutcome,
  type EventBus,
  type FactBatch,
  type RecordDraft,
  type RecordSlice,
  type RunningSubscription,
  type Subscription,
} from '@kontor/event-log';
import { pollUntil } from '@kontor/testkit';
import { ServiceDeadLetters } from '../src/dead-letters';
import { ConsumerRunner, type RunnerOptions } from '../src/runner/consumer-runner';
import { openTestServer, usage, type TestServer, type TestService } from './services';

export const TOPIC = 'usage.recorded.v1';
export const DECIDING = 'rating.usage';
export const VIEW = 'profitability-projection.usage';

/** How an adapter is put under the contract. */
export interface BusHarness {
  /** A bus as a process of its own would open it; the suite closes it. */
  openBus(server: TestServer): Promise<EventBus>;
  /** Runs after `stop` of everything: takes topics and the like away. */
  close?(): Promise<void>;
  /**
   * Makes the bus hand everything published so far to readers once more, as after a crash between
   * publishing and remembering that. Absent on a bus that copies nothing.
   */
  publishAgain?(owner: TestService): Promise<void>;
}

/** One noted fact. */
export interface Effect {
  readonly customer: string;
  readonly n: number;
}

export type Behaviour = (
  batch: FactBatch,
  apply: (facts?: FactBatch['facts']) => Promise<BatchOutcome>,
) => Promise<unknown>;

export interface StartedConsumer {
  readonly runner: ConsumerRunner;
  readonly deadLetters: ServiceDeadLetters;
  /** The bus of the member's process. */
  readonly bus: EventBus;
  /** Sizes of the batches that were applied. */
  readonly batches: number[];
  /** Everything that the bus delivered. */
  readonly delivered: RecordSlice[];
  stop(): Promise<void>;
}

export class BusWorld {
  private readonly buses: EventBus[] = [];
  private relay: RunningSubscription | undefined;
  private sequence = 0;

  private constructor(
    private readonly harness: BusHarness,
    readonly server: TestServer,
    readonly owner: TestService,
    readonly services: ReadonlyMap<string, TestService>,
  ) {}

  static async open(harness: BusHarness): Promise<BusWorld> {
    const server = await openTestServer();
    const owner = await server.open('ingestion-gateway');
    const services = new Map([
      [DECIDING, await server.open('rating')],
      [VIEW, await server.open('profitability-projection')],
    ]);
    for (const [consumer, { database }] of services)
      await database.query(
        `CREATE TABLE ${consumer === VIEW ? database.viewSchema : database.schema}.effect
           (seq bigserial PRIMARY KEY, consumer text, customer text, n int)`,
      );
    const world = new BusWorld(harness, server, owner, services);
    await world.publish();
    return world;
  }

  /** A customer that no other test has. */
  customer(): string {
    this.sequence += 1;
    return `cust_${this.sequence}_${Math.random().toString(36).slice(2)}`;
  }

  async bus(): Promise<EventBus> {
    const bus = await this.harness.openBus(this.server);
    this.buses.push(bus);
    return bus;
  }

  /** Stops the relay in the middle, forgets what it remembers, starts it again. */
  async publishAgain(): Promise<void> {
    if (!this.harness.publishAgain) return;
    await this.relay?.stop();
    await this.harness.publishAgain(this.owner);
    await this.publish();
  }

  async append(facts: readonly UsageRecorded[], perRecord = facts.length): Promise<void> {
    const records: RecordDraft[] = [];
    for (let at = 0; at < facts.length; at += perRecord)
      records.push(...buildRecords(TOPIC, facts.slice(at, at + perRecord)));
    const positions = await this.owner.database.transaction((tx) =>
      this.owner.log.append(tx, records),
    );
    this.owner.log.committed(positions);
  }

  /** Facts `first..first+count-1` of one customer. */
  facts(customer: string, count: number, first = 0): UsageRecorded[] {
    return Array.from({ length: count }, (_, n) => usage(customer, first + n));
  }

  runnerOptions(consumer: string, behaviour: Behaviour, batches: number[] = []): RunnerOptions {
    const service = this.serviceOf(consumer);
    const handler = (batch: FactBatch): Promise<unknown> =>
      behaviour(batch, async (facts = batch.facts) => {
        await service.database.transaction(
          async (tx) => {
            await tx.query(
              `INSERT INTO effect (consumer, customer, n)
               SELECT $1, * FROM unnest($2::text[], $3::int[])`,
              [
                batch.consumer,
                facts.map(({ fact }) => fact.key),
                facts.map(({ fact }) => nOf(fact)),
              ],
            );
            await service.checkpoints.settle(tx, batch.settlement);
          },
          { writesView: consumer === VIEW },
        );
        batches.push(facts.length);
        return { kind: 'applied' };
      });
    return { consumer, topic: TOPIC, checkpoints: service.checkpoints, handler };
  }

  /** A member of a consumer, in a process of its own as far as the bus can tell. */
  async start(
    consumer: string,
    behaviour: Behaviour = (_, apply) => apply(),
    options: Partial<RunnerOptions> = {},
  ): Promise<StartedConsumer> {
    const batches: number[] = [];
    const runnerOptions = { ...this.runnerOptions(consumer, behaviour, batches), ...options };
    const runner = new ConsumerRunner(runnerOptions);
    const deadLetters = new ServiceDeadLetters({
      checkpoints: runnerOptions.checkpoints,
      consumers: new Map([[consumer, runnerOptions]]),
    });
    const delivered: RecordSlice[] = [];
    const bus = await this.bus();
    const subscription = await bus.subscribe(noting(runner, delivered));
    await subscription.ready;
    const stop = async (): Promise<void> => {
      runner.stop();
      await subscription.stop();
      await bus.close();
    };
    return { runner, deadLetters, bus, batches, delivered, stop };
  }

  /** A member that the bus has forgotten: it is handed records by the test. */
  zombie(consumer: string, behaviour: Behaviour): ConsumerRunner {
    return new ConsumerRunner(this.runnerOptions(consumer, behaviour));
  }

  /** What a consumer did for these customers, in the order in which it was committed. */
  async effects(consumer: string, ...customers: readonly string[]): Promise<Effect[]> {
    return this.serviceOf(consumer).database.query<{ customer: string; n: number }>(
      'SELECT customer, n FROM effect WHERE consumer = $1 AND customer = ANY ($2) ORDER BY seq',
      [consumer, customers],
    );
  }

  /** Waits until the consumer's checkpoints have reached the heads of the log. */
  async untilCaughtUp(consumer: string): Promise<void> {
    const { checkpoints } = this.serviceOf(consumer);
    await pollUntil(
      async () => {
        const heads = await this.owner.log.heads(TOPIC);
        const states = await checkpoints.load(consumer, TOPIC);
        return heads.every(({ partition, position }) => states[partition]?.position === position);
      },
      { timeoutMs: 25_000, what: `${consumer} at the heads` },
    );
  }

  serviceOf(consumer: string): TestService {
    const service = this.services.get(consumer);
    if (!service) throw new Error(`no service runs ${consumer} here`);
    return service;
  }

  async close(): Promise<void> {
    await this.relay?.stop();
    for (const bus of this.buses) await bus.close();
    await this.harness.close?.();
    await this.server.close();
  }

  private async publish(): Promise<void> {
    const { database, log } = this.owner;
    const bus = await this.bus();
    this.relay = await bus.publish({ service: 'ingestion-gateway', database, log });
    await this.relay.ready;
  }
}

export const nOf = (fact: FactHeader): number => Number((fact as UsageRecorded).data?.['n']);

/** The subscription of a runner, with everything that passes through written down. */
const noting = (runner: ConsumerRunner, delivered: RecordSlice[]): Subscription => ({
  consumer: runner.consumer,
  topic: runner.topic,
  factsMax: runner.factsMax,
  checkpoints: () => runner.checkpoints(),
  deliver: (slices, signal) => {
    delivered.push(...slices);
    return runner.deliver(slices, signal);
  },
  halt: (reason) => runner.halt(reason),
});
