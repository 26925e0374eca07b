/**
 * W3C trace context through HTTP, the logs and Kafka: a span per request, per delivery to a consumer
 * and per group commit. Off, and then without any cost, unless `OTEL_EXPORTER_OTLP_ENDPOINT` is set.
 */
import {
  currentTraceparent,
  recordTraces,
  traceparentOf,
  withTraceparent,
  type ConsumerHooks,
} from '@kontor/event-log';
import type { Surroundings } from '@kontor/event-sourcing';
import type { FastifyRequest } from 'fastify';
import type { KontorConfig } from '../config';
import type { Logger } from '../logger';
import { OtlpExporter } from './otlp-exporter';
import { Span, SPAN_KIND, type SpanStart } from './span';

export const TRACE_HEADER = 'traceparent';

/** One per process; undefined while nobody wants traces. */
let active: Tracing | undefined;
export const activeTracing = (): Tracing | undefined => active;

/** Starts tracing for this process when it is configured. Before any service is opened. */
export function startTracing(config: KontorConfig, logger: Logger): Tracing | undefined {
  const { otlpEndpoint: endpoint, otlpHeaders: headers = {} } = config;
  if (endpoint === undefined) return undefined;
  recordTraces();
  active = new Tracing(new OtlpExporter({ endpoint, headers, logger }));
  return active;
}

export class Tracing {
  constructor(private readonly exporter: OtlpExporter) {}

  /**
   * A span for an arriving request; the caller runs what follows in its surroundings and ends it.
   * None when the client records nothing itself: its sampling is the whole trace's.
   */
  request(request: FastifyRequest): Span | undefined {
    const parent = traceparentOf(headerText(request.headers[TRACE_HEADER]));
    if (parent !== undefined && !isSampled(parent)) return undefined;
    return this.span({
      service: 'kontor',
      name: request.method,
      kind: SPAN_KIND.server,
      from: parent === undefined ? [] : [parent],
      attributes: {
        'http.request.method': request.method,
        'url.path': (request.raw.url ?? '').split('?')[0] ?? '',
        'kontor.request_id': request.id,
      },
    });
  }

  /** For the consumers of a service. */
  deliveries(service: string): Pick<ConsumerHooks, 'traced'> {
    return {
      traced: ({ consumer, topic, facts, traces }, work) =>
        this.around(
          {
            service,
            name: `process ${topic}`,
            kind: SPAN_KIND.consumer,
            from: traces,
            attributes: {
              'messaging.system': 'kontor',
              'messaging.operation.type': 'process',
              'messaging.destination.name': topic,
              'messaging.consumer.group.name': consumer,
              'messaging.batch.message_count': facts,
            },
          },
          work,
        ),
    };
  }

  /** For a group-commit queue of a service. */
  commits(service: string, queue: string): Surroundings {
    return {
      capture: currentTraceparent,
      around: (captured, commit) =>
        this.around(
          {
            service,
            name: `commit ${queue}`,
            kind: SPAN_KIND.internal,
            from: captured.filter((each): each is string => typeof each === 'string'),
            attributes: { 'kontor.commands': captured.length },
          },
          commit,
        ),
    };
  }

  async close(): Promise<void> {
    if (active === this) active = undefined;
    await this.exporter.close();
  }

  private async around<T>(start: SpanStart, work: () => Promise<T>): Promise<T> {
    const span = this.span(start);
    try {
      const answer = await withTraceparent(span.traceparent, work);
      span.end();
      return answer;
    } catch (error) {
      span.end({ error: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }

  private span(start: SpanStart): Span {
    return new Span(start, (ended) => this.exporter.add(ended));
  }
}

/** The lowest bit of the flags, which end the text. */
const isSampled = (traceparent: string): boolean =>
  (Number.parseInt(traceparent.slice(-2), 16) & 1) === 1;

const headerText = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;
