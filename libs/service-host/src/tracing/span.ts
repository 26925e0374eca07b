/**
 * Spans as OpenTelemetry means them: pieces of work with a beginning, an end, and what led to them.
 *
 * Shape:  a span that continues one trace is its child; one that brings several together begins a
 *         trace of its own and links to each.
 */
import { randomBytes } from 'node:crypto';

export type Attributes = Readonly<Record<string, string | number>>;
/** The numbers of OTLP's SpanKind. */
export const SPAN_KIND = { internal: 1, server: 2, client: 3, consumer: 5 } as const;
export type SpanKind = (typeof SPAN_KIND)[keyof typeof SPAN_KIND];

export interface SpanStart {
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** Trace contexts of what led here: none, one (the parent), or several (links). */
  readonly from: readonly string[];
  readonly attributes: Attributes;
}

export interface SpanEnd {
  readonly service?: string;
  readonly name?: string;
  readonly attributes?: Attributes;
  readonly error?: string;
}

export interface EndedSpan extends SpanStart {
  readonly traceId: string;
  readonly spanId: string;
  readonly startedAtNs: bigint;
  readonly endedAtNs: bigint;
  readonly error: string | undefined;
}

/** More than that says nothing more to who reads them; a batch may come from a thousand requests. */
const LINKS_MAX = 128;
/** What begins here is always sampled. */
const SAMPLED = '01';
const TRACE_BYTES = 16;
const SPAN_BYTES = 8;

export class Span {
  private readonly traceId: string;
  private readonly spanId = randomBytes(SPAN_BYTES).toString('hex');
  private readonly startedAtNs = wallNs();
  private readonly start: SpanStart;

  constructor(
    start: SpanStart,
    private readonly ended: (span: EndedSpan) => void,
  ) {
    const from = [...new Set(start.from)].slice(0, LINKS_MAX);
    this.start = { ...start, from };
    this.traceId =
      (from.length === 1 ? traceIdOf(from[0]) : undefined) ??
      randomBytes(TRACE_BYTES).toString('hex');
  }

  /** What is handed on to the work that follows. */
  get traceparent(): string {
    return `00-${this.traceId}-${this.spanId}-${SAMPLED}`;
  }

  /** With what is known only now. */
  end({ error, ...known }: SpanEnd = {}): void {
    const { start, traceId, spanId, startedAtNs } = this;
    this.ended({
      ...start,
      ...known,
      attributes: { ...start.attributes, ...known.attributes },
      traceId,
      spanId,
      startedAtNs,
      endedAtNs: wallNs(),
      error,
    });
  }
}

export const traceIdOf = (traceparent: string | undefined): string | undefined =>
  traceparent?.split('-')[1];
export const spanIdOf = (traceparent: string | undefined): string | undefined =>
  traceparent?.split('-')[2];

const NS_PER_MS = 1_000_000;
/** Wall clock to the microsecond. */
const wallNs = (): bigint =>
  BigInt(Math.round((performance.timeOrigin + performance.now()) * 1_000)) *
  BigInt(NS_PER_MS / 1_000);
