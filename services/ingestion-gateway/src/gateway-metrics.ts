import type { Metrics } from '@kontor/service-host';
import type { ItemAnswer } from './app/accept-usage';

export interface GatewayMetrics {
  answered(items: readonly ItemAnswer[]): void;
  batch(commands: number): void;
  silence(owner: string): void;
  bytesInFlight(bytes: number): void;
}

const COMMANDS_A_BATCH = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

export function gatewayMetrics(metrics: Metrics): GatewayMetrics {
  const events = metrics.counter('kontor_usage_events_total', 'Usage events answered.', ['status']);
  const batches = metrics.histogram(
    'kontor_usage_batch_commands',
    'Requests that shared one transaction.',
    COMMANDS_A_BATCH,
  );
  const silences = metrics.counter(
    'kontor_owner_silences_total',
    'Questions that an owner of references did not answer in time.',
    ['owner'],
  );
  const inFlight = metrics.gauge(
    'kontor_usage_bytes_in_flight',
    'Bytes of usage that have no answer yet.',
  );
  return {
    answered: (items) => {
      const counts = new Map<string, number>();
      for (const { status } of items) counts.set(status, (counts.get(status) ?? 0) + 1);
      for (const [status, count] of counts) events.inc({ status }, count);
    },
    batch: (commands) => batches.observe(commands),
    silence: (owner) => silences.inc({ owner }),
    bytesInFlight: (bytes) => inFlight.set(bytes),
  };
}
