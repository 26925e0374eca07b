import type { Histogram } from 'prom-client';
import type { Metrics } from '../metrics';
import type { ServedRequest } from '../http/request-hooks';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Observes answered requests by service, route pattern and status. */
export function httpMetrics(metrics: Metrics): (served: ServedRequest) => void {
  const labels = ['service', 'method', 'route', 'status'];
  const durations = metrics.histogram(
    'kontor_http_request_seconds',
    'Time from the arrival of a request to its answer.',
    SECONDS,
    labels,
  );
  // Finding a histogram's labels costs more than observing: one lookup per route and status.
  const known = new Map<string, Histogram.Internal<string>>();
  return ({ service, method, pattern, status, durationMs }) => {
    const route = pattern === '' ? 'unknown' : pattern;
    const key = `${method} ${status} ${route}`;
    let labelled = known.get(key);
    if (!labelled) {
      labelled = durations.labels({ service, method, route, status: String(status) });
      known.set(key, labelled);
    }
    labelled.observe(durationMs / 1_000);
  };
}
