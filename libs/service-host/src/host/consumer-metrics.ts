/**
 * What a service's consumers and queues say about themselves in /metrics.
 */
import type { ConsumerHooks, EventBus, EventLogServer } from '@kontor/event-log';
import type { BatchObserver } from '@kontor/event-sourcing';
import type { Metrics, ProcessMetrics } from '../metrics';
import { activeTracing } from '../tracing/tracing';
import { UP, type Readiness } from './readiness';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const BATCH_SIZES = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

export function consumerHooks(metrics: Metrics): ConsumerHooks {
  const labels = ['consumer', 'topic'];
  const facts = metrics.counter('kontor_consumer_facts_total', 'Facts applied.', labels);
  const batches = metrics.histogram(
    'kontor_consumer_batch_facts',
    'Facts per delivery.',
    BATCH_SIZES,
    labels,
  );
  const seconds = metrics.histogram(
    'kontor_consumer_batch_seconds',
    'Time from a delivery to its commit.',
    SECONDS,
    labels,
  );
  const parked = metrics.counter('kontor_consumer_parked_total', 'Facts parked.', ['consumer']);
  const retries = metrics.counter('kontor_consumer_retries_total', 'Deliveries that come again.', [
    'consumer',
  ]);
  const stops = metrics.counter('kontor_consumer_stops_total', 'Times a consumer stopped.', [
    'consumer',
  ]);
  return {
    applied: (consumer, topic, applied) => {
      facts.inc({ consumer, topic }, applied.facts);
      batches.observe({ consumer, topic }, applied.facts);
      seconds.observe({ consumer, topic }, applied.milliseconds / 1_000);
    },
    parked: (consumer, count) => parked.inc({ consumer }, count),
    retried: (consumer) => retries.inc({ consumer }),
    stopped: (consumer) => stops.inc({ consumer }),
  };
}

/** Reads lag and parked facts into gauges: asked of the database when somebody scrapes. */
export async function observeConsumers(metrics: Metrics, consumers: EventLogServer): Promise<void> {
  const labels = ['consumer', 'topic', 'partition'];
  const lag = metrics.gauge('kontor_consumer_lag_records', 'Records not applied yet.', labels);
  const facts = metrics.gauge(
    'kontor_consumer_lag_facts',
    'Facts not applied yet, by how many a record had so far.',
    labels,
  );
  const behind = metrics.gauge(
    'kontor_consumer_lag_seconds',
    'Age of the oldest record not applied yet.',
    labels,
  );
  const running = metrics.gauge(
    'kontor_consumer_running',
    '1, or 0 for a consumer that stopped and does not go on by itself.',
    ['consumer', 'topic'],
  );
  for (const { consumer, topic, isStopped } of consumers.states())
    running.set({ consumer, topic }, isStopped ? 0 : 1);
  const parked = metrics.gauge('kontor_consumer_parked_facts', 'Facts in the dead letters.', [
    'consumer',
  ]);
  const [progress, counts] = await Promise.allSettled([
    consumers.progress(),
    consumers.deadLetters.counts(),
  ]);
  for (const each of progress.status === 'fulfilled' ? progress.value : []) {
    const { consumer, topic, partition } = each;
    lag.set({ consumer, topic, partition }, each.lag);
    facts.set({ consumer, topic, partition }, each.lagFacts);
    behind.set({ consumer, topic, partition }, each.lagSeconds);
  }
  if (counts.status === 'rejected') return;
  parked.reset();
  for (const { consumer, count } of counts.value) parked.set({ consumer }, count);
}

/** What `/health/ready` says, as gauges. */
export function showReadiness(metrics: ProcessMetrics, { ready, services }: Readiness): void {
  metrics.host
    .gauge('kontor_ready', '1 when the process can take work, else 0.')
    .set(Number(ready));
  const database = metrics.host.gauge(
    'kontor_database_up',
    '1 when the database of the service answers, else 0.',
    ['service'],
  );
  const bus = metrics.host.gauge('kontor_bus_up', '1 when the bus answers, else 0.', ['service']);
  for (const [service, states] of Object.entries(services)) {
    database.set({ service }, Number(states.database === UP));
    bus.set({ service }, Number(states.bus === UP));
  }
}

/** Reads what waits to be copied to Kafka into gauges, when somebody scrapes. */
export async function observeRelays(
  metricsOf: (service: string) => Metrics,
  bus: EventBus,
): Promise<void> {
  for (const relay of (await bus.relays?.()) ?? []) {
    const { service, state, backlogRecords, ageSeconds, publishedRecords } = relay;
    const metrics = metricsOf(service);
    metrics
      .gauge('kontor_relay_copying', '1 in the process that copies the log, else 0.')
      .set(state === 'copying' ? 1 : 0);
    metrics
      .gauge('kontor_relay_backlog_records', 'Records that Kafka has not acknowledged.')
      .set(backlogRecords);
    metrics
      .gauge('kontor_relay_age_seconds', 'Age of the oldest record not acknowledged.')
      .set(ageSeconds);
    metrics
      .gauge('kontor_relay_published_records', 'Records that this process has published.')
      .set(publishedRecords);
  }
}

/**
 * Measures a group-commit queue: its bytes whenever somebody scrapes, and size and time of each
 * batch; the answer is the queue's `onBatch`.
 */
export function watchQueue(
  metrics: Metrics,
  queue: string,
  bytesWaiting: () => number,
): BatchObserver {
  const sizes = metrics.histogram(
    'kontor_commit_batch_commands',
    'Commands per group commit.',
    BATCH_SIZES,
    ['queue'],
  );
  const seconds = metrics.histogram(
    'kontor_commit_batch_seconds',
    'Time of a group commit, from taking its batch to its answers.',
    SECONDS,
    ['queue'],
  );
  const bytes = metrics.gauge('kontor_queue_bytes', 'Bytes of the commands that wait.', ['queue']);
  watched(bytes).set(queue, bytesWaiting);
  const observe = (commands: number): (() => void) => {
    sizes.observe({ queue }, commands);
    return seconds.startTimer({ queue });
  };
  const surroundings = activeTracing()?.commits(metrics.service ?? 'kontor', queue);
  return surroundings ? Object.assign(observe, { surroundings }) : observe;
}

type Watched = Map<string, () => number>;
const watchedQueues = new WeakMap<object, Watched>();

/** The gauge's queues; it reads them all when it is scraped. */
function watched(gauge: ReturnType<Metrics['gauge']>): Watched {
  const known = watchedQueues.get(gauge);
  if (known) return known;
  const queues: Watched = new Map();
  watchedQueues.set(gauge, queues);
  Object.assign(gauge, {
    collect: () => {
      for (const [queue, read] of queues) gauge.set({ queue }, read());
    },
  });
  return queues;
}
