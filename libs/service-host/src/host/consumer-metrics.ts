/**
 * What a service's consumers and queues say about themselves in /metrics.
 */
import type { ConsumerHooks, EventBus, EventLogServer } from '@kontor/event-log';
import type { Metrics } from '../metrics';

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
    applied: (consumer, topic, count, milliseconds) => {
      facts.inc({ consumer, topic }, count);
      batches.observe({ consumer, topic }, count);
      seconds.observe({ consumer, topic }, milliseconds / 1_000);
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
  const behind = metrics.gauge(
    'kontor_consumer_lag_seconds',
    'Age of the oldest record not applied yet.',
    labels,
  );
  const parked = metrics.gauge('kontor_consumer_parked_facts', 'Facts in the dead letters.', [
    'consumer',
  ]);
  const [progress, counts] = await Promise.all([
    consumers.progress(),
    consumers.deadLetters.counts(),
  ]);
  for (const each of progress) {
    const { consumer, topic, partition } = each;
    lag.set({ consumer, topic, partition }, each.lag);
    behind.set({ consumer, topic, partition }, each.lagSeconds);
  }
  parked.reset();
  for (const { consumer, count } of counts) parked.set({ consumer }, count);
}

/** Reads what waits to be copied to Kafka into gauges, when somebody scrapes. */
export async function observeRelays(
  metricsOf: (service: string) => Metrics,
  bus: EventBus,
): Promise<void> {
  for (const { service, backlogRecords, ageSeconds, publishedRecords } of (await bus.relays?.()) ??
    []) {
    const metrics = metricsOf(service);
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
 * Measures a group-commit queue: its bytes whenever somebody scrapes, and each batch; the answer
 * is the queue's `onBatch`.
 */
export function watchQueue(
  metrics: Metrics,
  queue: string,
  bytesWaiting: () => number,
): (commands: number) => void {
  const sizes = metrics.histogram(
    'kontor_commit_batch_commands',
    'Commands per group commit.',
    BATCH_SIZES,
    ['queue'],
  );
  const bytes = metrics.gauge('kontor_queue_bytes', 'Bytes of the commands that wait.', ['queue']);
  watched(bytes).set(queue, bytesWaiting);
  return (commands) => sizes.observe({ queue }, commands);
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
