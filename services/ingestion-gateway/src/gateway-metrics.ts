import type { Metrics } from '@kontor/service-host';
import type { ItemAnswer } from './app/accept-usage';

export interface GatewayMetrics {
  answered(items: readonly ItemAnswer[]): void;
  silence(owner: string): void;
}

export function gatewayMetrics(metrics: Metrics): GatewayMetrics {
  const events = metrics.counter('kontor_usage_events_total', 'Usage events answered.', ['status']);
  const silences = metrics.counter(
    'kontor_owner_silences_total',
    'Questions that an owner of references did not answer in time.',
    ['owner'],
  );
  return {
    answered: (items) => {
      const counts = new Map<string, number>();
      for (const { status } of items) counts.set(status, (counts.get(status) ?? 0) + 1);
      for (const [status, count] of counts) events.inc({ status }, count);
    },
    silence: (owner) => silences.inc({ owner }),
  };
}
