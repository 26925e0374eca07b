/**
 * Metrics of one process, Prometheus text at GET /metrics.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Asking twice for a name gives the same metric; every metric carries the label `service`. */
export interface Metrics {
  /** Whose they are; undefined for the host's own. */
  readonly service?: string;
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  gauge(name: string, help: string, labels?: readonly string[]): Gauge;
  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly string[],
  ): Histogram;
}

/** One registry per service, so that the service's name is on everything it measures. */
export class ProcessMetrics {
  private readonly registries = new Map<string, Registry>();
  private readonly own = new Registry();

  /** `processDefaults`: memory, CPU, event loop and garbage collection of the process. */
  constructor(options: { readonly processDefaults: boolean }) {
    if (options.processDefaults) collectDefaultMetrics({ register: this.own });
  }

  /** For the host itself, whose metrics say their service label by label. */
  get host(): Metrics {
    return metricsOf(this.own);
  }

  for(service: string): Metrics {
    const registry = this.registries.get(service) ?? new Registry();
    registry.setDefaultLabels({ service });
    this.registries.set(service, registry);
    return { service, ...metricsOf(registry) };
  }

  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  /** The text of all registries; a metric that several services have is one block. */
  async text(): Promise<string> {
    const registries = [this.own, ...this.registries.values()];
    return mergeBlocks(await Promise.all(registries.map((registry) => registry.metrics())));
  }
}

function metricsOf(registry: Registry): Metrics {
  const once = <M>(name: string, kind: new (...args: never[]) => M, make: () => M): M => {
    const known: unknown = registry.getSingleMetric(name);
    if (known === undefined) return make();
    if (known instanceof kind) return known;
    throw new Error(`the metric ${name} exists with another type`);
  };
  const registers = [registry];
  return {
    counter: (name, help, labelNames = []) =>
      once(
        name,
        Counter,
        () => new Counter({ name, help, labelNames: [...labelNames], registers }),
      ),
    gauge: (name, help, labelNames = []) =>
      once(name, Gauge, () => new Gauge({ name, help, labelNames: [...labelNames], registers })),
    histogram: (name, help, buckets, labelNames = []) =>
      once(
        name,
        Histogram,
        () =>
          new Histogram({
            name,
            help,
            buckets: [...buckets],
            labelNames: [...labelNames],
            registers,
          }),
      ),
  };
}

// The text format allows one HELP and TYPE per name, so equal blocks are put together.
function mergeBlocks(texts: readonly string[]): string {
  const blocks = new Map<string, { head: string; lines: string[] }>();
  for (const block of texts.flatMap((text) => text.split(/^(?=# HELP )/m))) {
    const [help = '', type = '', ...lines] = block.trimEnd().split('\n');
    if (help === '') continue;
    const name = help.split(' ')[2] ?? '';
    const known = blocks.get(name) ?? { head: `${help}\n${type}`, lines: [] };
    known.lines.push(...lines);
    blocks.set(name, known);
  }
  return (
    [...blocks.values()].map(({ head, lines }) => [head, ...lines].join('\n')).join('\n\n') + '\n'
  );
}
