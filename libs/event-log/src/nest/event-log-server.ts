import { CONSUMERS } from '@kontor/contracts';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { ServiceCheckpoints } from '../checkpoints';
import { ServiceDeadLetters } from '../dead-letters';
import type { ConsumerProgress, ConsumerState, DeadLetters } from '../operators';
import type { EventBus, RecordPosition, RunningSubscription } from '../ports';
import { ConsumerRunner } from '../runner/consumer-runner';
import { InboundRunner } from '../runner/inbound-runner';
import type { KeyRetryOptions } from '../runner/key-retry';
import type { ConsumerHooks, RunnerLogger } from '../runner/types';
import { consumerOf, topicOf } from '../topics';

export interface EventLogServerOptions {
  readonly service: string;
  readonly checkpoints: ServiceCheckpoints;
  readonly bus: EventBus;
  readonly hooks?: ConsumerHooks;
  readonly logger?: RunnerLogger;
  /** Facts a delivery, at most; rounded up to whole records. */
  readonly factsMax?: number;
}

interface RunningConsumer {
  readonly runner: ConsumerRunner | InboundRunner;
  readonly subscription: RunningSubscription;
}

/**
 * Nest's transport for the consumers of ONE service: methods marked `@Consumes(consumer, topic)`.
 *
 * In one application every transport is handed every controller's handlers; this one takes those
 * whose consumer belongs to its service in schemas/topics.yaml.
 */
export class EventLogServer extends Server implements CustomTransportStrategy {
  readonly deadLetters: DeadLetters;
  private readonly consumers = new Map<string, KeyRetryOptions>();
  private readonly running: RunningConsumer[] = [];
  private readonly sizes = new RecordSizes();
  private readonly hooks: ConsumerHooks;

  constructor(private readonly options: EventLogServerOptions) {
    super();
    this.hooks = this.sizes.watching(options.hooks ?? {});
    this.deadLetters = new ServiceDeadLetters({
      checkpoints: options.checkpoints,
      consumers: this.consumers,
    });
  }

  /** Starts the subscriptions of this service's consumers. */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      for (const { consumer, topic, handler } of this.ownHandlers())
        await this.start(consumer, topic, handler);
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Resolves when every delivery in flight is committed or given up; none follows. */
  async close(): Promise<void> {
    const running = this.running.splice(0);
    for (const { runner } of running) runner.stop();
    await Promise.all(running.map(({ subscription }) => subscription.stop()));
  }

  /** How far each consumer is, per partition. */
  async progress(): Promise<ConsumerProgress[]> {
    const all = await Promise.all(this.running.map(({ runner }) => this.progressOf(runner)));
    return all.flat();
  }

  /** Asks nobody: what the consumers say of themselves. */
  states(): ConsumerState[] {
    return this.running.map(({ runner: { consumer, topic, state } }) => {
      const isStopped = state !== 'running' && state !== 'starting';
      return { consumer, topic, state, isStopped };
    });
  }

  on(): void {
    throw new Error('an event log has no events to listen to');
  }

  unwrap<T>(): T {
    throw new Error('an event log has no client underneath');
  }

  private ownHandlers(): { consumer: string; topic: string; handler: MessageHandler }[] {
    return [...this.getHandlers()].flatMap(([pattern, handler]) => {
      const named = patternOf(pattern);
      if (!named) return [];
      const definition = consumerOf(named.consumer);
      if (definition.service !== this.options.service) return [];
      if (!definition.topics.includes(named.topic))
        throw new Error(`${named.consumer} does not read ${named.topic} in schemas/topics.yaml`);
      if (handler.next) throw new Error(`${named.consumer} has two handlers for ${named.topic}`);
      return [{ ...named, handler }];
    });
  }

  private async start(consumer: string, topic: string, handler: MessageHandler): Promise<void> {
    const { hooks } = this;
    const { bus, checkpoints, logger, factsMax } = this.options;
    const common = {
      consumer,
      topic,
      checkpoints,
      handler: (batch: unknown) => answerOf(handler, batch),
      hooks,
      ...(logger && { logger }),
    };
    if (topicOf(topic).inbound) {
      // Only a bus that external producers can reach has inbound topics.
      if (!bus.subscribeRaw) return;
      const runner = new InboundRunner(common);
      this.running.push({ runner, subscription: await bus.subscribeRaw(runner) });
      return;
    }
    const runner = new ConsumerRunner({ ...common, ...(factsMax !== undefined && { factsMax }) });
    this.consumers.set(consumer, common);
    this.running.push({ runner, subscription: await bus.subscribe(runner) });
  }

  private async progressOf(runner: ConsumerRunner | InboundRunner): Promise<ConsumerProgress[]> {
    const { bus, checkpoints } = this.options;
    const { consumer, topic, state } = runner;
    const [heads, states] = await Promise.all([
      bus.heads(topic),
      checkpoints.load(consumer, topic),
    ]);
    const headOf = new Map(heads.map(({ partition, position }) => [partition, position]));
    return Promise.all(
      states.map(async ({ partition, position, incarnation }) => {
        const head = Math.max(position, headOf.get(partition) ?? 0);
        const lag = head - position;
        const lagSeconds = lag === 0 ? 0 : await this.secondsBehind({ topic, partition, position });
        const lagFacts = Math.round(lag * this.sizes.factsPerRecord(consumer, topic));
        const lags = { lag, lagFacts, lagSeconds };
        return { consumer, topic, partition, position, head, ...lags, incarnation, state };
      }),
    );
  }

  private async secondsBehind(position: RecordPosition): Promise<number> {
    const since = await this.options.bus.waitingSince?.(position);
    return since === undefined ? 0 : Math.max(0, (Date.now() - Date.parse(since)) / 1_000);
  }
}

/** How many facts the records of each consumer had, since the process started. */
class RecordSizes {
  private readonly seen = new Map<string, { facts: number; records: number }>();

  /** Hooks that also count here. */
  watching(hooks: ConsumerHooks): ConsumerHooks {
    return {
      ...hooks,
      applied: (consumer, topic, applied) => {
        const key = `${consumer} ${topic}`;
        const { facts, records } = this.seen.get(key) ?? { facts: 0, records: 0 };
        this.seen.set(key, { facts: facts + applied.facts, records: records + applied.records });
        hooks.applied?.(consumer, topic, applied);
      },
    };
  }

  factsPerRecord(consumer: string, topic: string): number {
    const { facts, records } = this.seen.get(`${consumer} ${topic}`) ?? { facts: 0, records: 0 };
    return records === 0 ? 1 : facts / records;
  }
}

/** What the handler answered or threw; Nest hides both in Observables. */
async function answerOf(handler: MessageHandler, batch: unknown): Promise<unknown> {
  const answer: unknown = await handler(batch);
  return isObservable(answer) ? lastValueFrom(answer) : answer;
}

/** Patterns of other transports are left to them. */
function patternOf(text: string): { consumer: string; topic: string } | undefined {
  if (!text.startsWith('{')) return undefined;
  const pattern: unknown = JSON.parse(text);
  if (typeof pattern !== 'object' || pattern === null) return undefined;
  const { consumer, topic } = pattern as Readonly<Record<string, unknown>>;
  if (typeof consumer !== 'string' || typeof topic !== 'string') return undefined;
  return { consumer, topic };
}

/** Whether every consumer of a service has a handler: for a test of the service's wiring. */
export const consumersOf = (service: string): readonly string[] =>
  CONSUMERS.filter((consumer) => consumer.service === service).map(({ name }) => name);
