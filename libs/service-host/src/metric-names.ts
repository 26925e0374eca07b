/**
 * Every metric of Kontor, once: docs/reference/metrics.md is made from it, and dashboards, alerts and
 * runbooks go by these names. A name never changes its meaning.
 *
 * Each carries the label `service` beside those listed.
 */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly meaning: string;
  /** What an operator is woken for, in words; undefined for what is only looked at. */
  readonly alert?: string;
}

const CONSUMER = ['consumer'];
const OF_TOPIC = ['consumer', 'topic'];
const OF_PARTITION = ['consumer', 'topic', 'partition'];

export const METRICS: readonly MetricDefinition[] = [
  {
    name: 'kontor_ready',
    type: 'gauge',
    labels: [],
    meaning: '1 when the process can take work (as `/health/ready`), else 0. Without `service`.',
    alert: '0 for a minute',
  },
  {
    name: 'kontor_database_up',
    type: 'gauge',
    labels: [],
    meaning: '1 when the database of the service answers within 2 s, else 0.',
    alert: '0 for a minute',
  },
  {
    name: 'kontor_bus_up',
    type: 'gauge',
    labels: [],
    meaning:
      '1 when the bus answers, else 0. Meanwhile usage is accepted and waits in the database. Embedded the bus is the database.',
    alert: '0 for a minute',
  },
  {
    name: 'kontor_http_request_seconds',
    type: 'histogram',
    labels: ['method', 'route', 'status'],
    meaning: 'Time from the arrival of a request to its answer; 499 = the client went away.',
    alert: 'the share of 5xx; the 99th percentile',
  },
  {
    name: 'kontor_read_wait_seconds',
    type: 'histogram',
    labels: ['outcome'],
    meaning:
      'Time that a request with `Kontor-At-Least` waited; `outcome` is `reached` or `behind` (503).',
    alert: 'any `behind` over some minutes',
  },
  {
    name: 'kontor_consumer_running',
    type: 'gauge',
    labels: OF_TOPIC,
    meaning: '1, or 0 for a consumer that stopped and does not go on by itself.',
    alert: '0',
  },
  {
    name: 'kontor_consumer_lag_records',
    type: 'gauge',
    labels: OF_PARTITION,
    meaning: 'Records not applied yet.',
  },
  {
    name: 'kontor_consumer_lag_facts',
    type: 'gauge',
    labels: OF_PARTITION,
    meaning:
      'Facts not applied yet: the lag in records times the facts that a record had so far in this process.',
    alert: 'growing for minutes',
  },
  {
    name: 'kontor_consumer_lag_seconds',
    type: 'gauge',
    labels: OF_PARTITION,
    meaning:
      'Age of the oldest record not applied yet; on Kafka 0 while that record is not fetched.',
    alert: 'above 30 for minutes',
  },
  {
    name: 'kontor_consumer_facts_total',
    type: 'counter',
    labels: OF_TOPIC,
    meaning: 'Facts applied.',
  },
  {
    name: 'kontor_consumer_batch_facts',
    type: 'histogram',
    labels: OF_TOPIC,
    meaning: 'Facts per delivery.',
  },
  {
    name: 'kontor_consumer_batch_seconds',
    type: 'histogram',
    labels: OF_TOPIC,
    meaning: 'Time from a delivery to its commit.',
  },
  {
    name: 'kontor_consumer_parked_facts',
    type: 'gauge',
    labels: CONSUMER,
    meaning: 'Facts in the dead letters, shared by all instances; absent when there are none.',
    alert: 'any',
  },
  {
    name: 'kontor_consumer_parked_total',
    type: 'counter',
    labels: CONSUMER,
    meaning: 'Facts that this process parked.',
  },
  {
    name: 'kontor_consumer_retries_total',
    type: 'counter',
    labels: CONSUMER,
    meaning:
      'Deliveries that come again, because something was not ready or the database was down.',
  },
  {
    name: 'kontor_consumer_stops_total',
    type: 'counter',
    labels: CONSUMER,
    meaning: 'Times a consumer stopped.',
  },
  {
    name: 'kontor_relay_copying',
    type: 'gauge',
    labels: [],
    meaning: '1 in the process that copies the log of the service to Kafka, else 0.',
    alert: 'no process of a service at 1 for a minute',
  },
  {
    name: 'kontor_relay_backlog_records',
    type: 'gauge',
    labels: [],
    meaning: 'Records that Kafka has not acknowledged; the same in every process of the service.',
  },
  {
    name: 'kontor_relay_age_seconds',
    type: 'gauge',
    labels: [],
    meaning: 'Age of the oldest record that Kafka has not acknowledged; 0 without any.',
    alert: 'above 30',
  },
  {
    name: 'kontor_relay_published_records',
    type: 'gauge',
    labels: [],
    meaning: 'Records that this process has published.',
  },
  {
    name: 'kontor_commit_batch_commands',
    type: 'histogram',
    labels: ['queue'],
    meaning: 'Commands per group commit.',
  },
  {
    name: 'kontor_commit_batch_seconds',
    type: 'histogram',
    labels: ['queue'],
    meaning: 'Time of a group commit, from taking its batch to its answers.',
    alert: 'the 99th percentile above 1',
  },
  {
    name: 'kontor_queue_bytes',
    type: 'gauge',
    labels: ['queue'],
    meaning: 'Bytes of the commands that wait; at 64 MiB requests are refused with 429.',
    alert: 'above 32 MiB',
  },
  {
    name: 'kontor_usage_events_total',
    type: 'counter',
    labels: ['status'],
    meaning: 'Usage events answered: accepted, duplicate or refused.',
  },
  {
    name: 'kontor_owner_silences_total',
    type: 'counter',
    labels: ['owner'],
    meaning: 'Questions that an owner of references did not answer the gateway in time.',
    alert: 'growing for minutes',
  },
  {
    name: 'kontor_ledger_refused_total',
    type: 'counter',
    labels: ['command', 'code'],
    meaning:
      'Commands that the ledger refused; refused holds have `command="PlaceHold"`, those for want of money `code="insufficient_funds"`.',
    alert: 'a jump of refused holds',
  },
  {
    name: 'kontor_ledger_decided_again_total',
    type: 'counter',
    labels: [],
    meaning: 'Batches decided again under locks, because another instance or a repeat was first.',
  },
];
