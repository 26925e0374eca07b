import type { Counter, Gauge, Histogram } from 'prom-client';

/**
 * Metrics of one process, Prometheus text at GET /metrics. Asking twice for a name gives the same
 * metric; every metric carries the label `service`.
 */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  gauge(name: string, help: string, labels?: readonly string[]): Gauge;
  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly string[],
  ): Histogram;
}
