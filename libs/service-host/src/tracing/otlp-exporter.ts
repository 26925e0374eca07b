/**
 * Sends ended spans to an OpenTelemetry collector, in batches, beside the work.
 *
 * Limits: SPANS_MAX spans wait; what comes beyond is dropped and counted. A collector that is slow or
 *         away never holds up or fails anything.
 * Source: OTLP/HTTP 1.x with JSON, https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import type { Logger } from '../logger';
import { SPAN_KIND, spanIdOf, traceIdOf, type Attributes, type EndedSpan } from './span';

const SPANS_MAX = 8_192;
const BATCH_SPANS = 512;
const EVERY_MS = 1_000;
const SEND_MS_MAX = 5_000;
const STATUS_ERROR = 2;

export interface ExporterOptions {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`; spans go to its `/v1/traces`. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly logger: Logger;
}

export class OtlpExporter {
  private waiting: EndedSpan[] = [];
  private dropped = 0;
  private sending: Promise<void> = Promise.resolve();
  private isAway = false;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: ExporterOptions) {
    this.timer = setInterval(() => this.flush(), EVERY_MS);
    this.timer.unref();
  }

  add(span: EndedSpan): void {
    if (this.waiting.length >= SPANS_MAX) {
      this.dropped += 1;
      return;
    }
    this.waiting.push(span);
    if (this.waiting.length % BATCH_SPANS === 0) this.flush();
  }

  /** Sends what waits, once more, and ends. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    this.flush();
    await this.sending;
  }

  private flush(): void {
    this.sending = this.sending.then(() => this.sendWaiting());
  }

  private async sendWaiting(): Promise<void> {
    const batch = this.waiting;
    if (batch.length === 0) return;
    this.waiting = [];
    const { endpoint, headers, logger } = this.options;
    try {
      const answer = await fetch(`${endpoint}/v1/traces`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(toOtlp(batch)),
        signal: AbortSignal.timeout(SEND_MS_MAX),
      });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      this.isAway = false;
    } catch (error) {
      this.dropped += batch.length;
      // Once per outage: a collector that is away must not fill the log.
      if (!this.isAway)
        logger.warn('spans cannot be sent and are dropped', {
          error: String(error),
          dropped: this.dropped,
        });
      this.isAway = true;
    }
  }
}

/** An ExportTraceServiceRequest: one resource per service. */
export function toOtlp(spans: readonly EndedSpan[]): object {
  const services = new Map<string, EndedSpan[]>();
  for (const span of spans) {
    const known = services.get(span.service);
    if (known) known.push(span);
    else services.set(span.service, [span]);
  }
  return {
    resourceSpans: [...services].map(([service, ended]) => ({
      resource: { attributes: attributesOf({ 'service.name': service }) },
      scopeSpans: [{ scope: { name: 'kontor' }, spans: ended.map(spanToOtlp) }],
    })),
  };
}

function spanToOtlp(span: EndedSpan): object {
  const { from } = span;
  const isChild = from.length === 1;
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(isChild && { parentSpanId: spanIdOf(from[0]) }),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: String(span.startedAtNs),
    endTimeUnixNano: String(span.endedAtNs),
    attributes: attributesOf(span.attributes),
    // Also of a child that takes from a queue: OpenTelemetry's messaging spans link what they read.
    links: isChild && span.kind !== SPAN_KIND.consumer ? [] : from.map(linkTo),
    status: span.error === undefined ? {} : { code: STATUS_ERROR, message: span.error },
  };
}

const linkTo = (traceparent: string): object => ({
  traceId: traceIdOf(traceparent),
  spanId: spanIdOf(traceparent),
});

const attributesOf = (attributes: Attributes): object[] =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { doubleValue: value } : { stringValue: value },
  }));
