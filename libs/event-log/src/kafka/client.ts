import { Kafka, logLevel } from 'kafkajs';
import type { KafkaBusOptions } from './options';

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * kafkajs' own attempts within one call. They are few: what must go on without end is repeated by
 * us, with a fresh client, so that no state of a broken one is carried on.
 */
export const CLIENT_RETRY = {
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  factor: 0.2,
  multiplier: 2,
  retries: 4,
} as const;

/** kafkajs' log would repeat an outage for every connection; this library says it once instead. */
export const connectKafka = (options: Pick<KafkaBusOptions, 'brokers' | 'clientId'>): Kafka =>
  new Kafka({
    brokers: [...options.brokers],
    clientId: options.clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logLevel: logLevel.NOTHING,
    retry: CLIENT_RETRY,
  });
