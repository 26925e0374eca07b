/**
 * One event's trace, from the request that brought it to the read models, as an OpenTelemetry
 * collector gets it. A span is reached from another one by its parent or by a link.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  describeKafka,
  type Json,
  pollUntil,
  type RunningServer,
  startServer,
} from '@kontor/testkit';
import { randomUUID } from 'node:crypto';
import { customerOf, processed, simpleProduct, unique, usage } from './stories/setting';

interface Collected {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Spans that led to it. */
  readonly from: readonly string[];
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** What a collector is to its senders: it takes OTLP/HTTP with JSON. */
class Collector {
  readonly spans: Collected[] = [];
  readonly headers: Json[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.url === '/v1/traces') this.take(JSON.parse(Buffer.concat(chunks).toString()));
        this.headers.push(request.headers);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Everything that follows from spans of this trace. */
  reachedFrom(traceId: string): Collected[] {
    const reached = new Set(this.spans.filter((span) => span.traceId === traceId));
    for (let before = -1; before !== reached.size;) {
      before = reached.size;
      const ids = new Set([...reached].map(({ spanId }) => spanId));
      for (const span of this.spans) if (span.from.some((id) => ids.has(id))) reached.add(span);
    }
    return [...reached];
  }

  private take({ resourceSpans }: Json): void {
    for (const { resource, scopeSpans } of resourceSpans)
      for (const span of scopeSpans.flatMap((scope: Json) => scope.spans)) {
        const links = span.links.map((link: Json) => link.spanId);
        this.spans.push({
          service: valuesOf(resource.attributes)['service.name'] as string,
          name: span.name,
          traceId: span.traceId,
          spanId: span.spanId,
          from: span.parentSpanId ? [span.parentSpanId, ...links] : links,
          attributes: valuesOf(span.attributes),
        });
      }
  }
}

const valuesOf = (attributes: Json[]): Record<string, string | number> =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.doubleValue]),
  );

/** Who works on an event, and how. */
const JOURNEY = [
  'ingestion-gateway POST /events',
  'ingestion-gateway commit usage',
  'rating process usage.recorded.v1',
  'rating commit batches',
  'cost-attribution process usage.recorded.v1',
  'wallet-ledger process rating.rated.v1',
  'wallet-ledger commit ledger',
  'profitability-projection process usage.recorded.v1',
  'profitability-projection process rating.rated.v1',
  'profitability-projection process wallet.posted.v1',
  'profitability-projection process cost.attributed.v1',
];

function journeyStory(start: (env: Record<string, string>) => Promise<RunningServer>): void {
  const collector = new Collector();
  let server: RunningServer;
  beforeAll(async () => {
    server = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start(),
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=billing%20team',
    });
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    server.remove();
    collector.stop();
  }, 60_000);

  it('leads from the request to every read model', async () => {
    const code = unique('traced');
    await server.live.create(
      '/products',
      simpleProduct({ code, eventType: code, value: { unit_price: '1' } }),
    );
    const customer = await customerOf(server.live, code);
    const traceId = randomUUID().replaceAll('-', '');
    const event = usage(code, {});
    const parent = '00f067aa0ba902b7';
    const answer = await server.live.post(
      '/events',
      { customer_id: customer, events: [event] },
      { headers: { traceparent: `00-${traceId}-${parent}-01` } },
    );
    expect(answer.status).toBeLessThan(300);
    await processed(server.live, event.id);
    const reached = await pollUntil(
      () => {
        const spans = collector.reachedFrom(traceId);
        const names = new Set(spans.map(({ service, name }) => `${service} ${name}`));
        return JOURNEY.every((step) => names.has(step)) ? spans : undefined;
      },
      {
        timeoutMs: 15_000,
        what: 'all steps of the event in the collector',
      },
    );
    const request = reached.find(({ name }) => name === 'POST /events')!;
    expect(request).toMatchObject({
      traceId,
      from: [parent],
      attributes: { 'http.route': '/events', 'http.request.method': 'POST' },
    });
    expect(collector.headers[0]).toMatchObject({ 'x-team': 'billing team' });
  }, 60_000);

  it('is not recorded when the client does not', async () => {
    const traceId = randomUUID().replaceAll('-', '');
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-00` };
    await server.live.get('/products', { headers });
    await server.live.get('/assets');
    await pollUntil(() => collector.spans.some(({ name }) => name === 'GET /assets'), {
      timeoutMs: 15_000,
      what: 'the span of a later request',
    });
    expect(collector.spans.filter((span) => span.traceId === traceId)).toEqual([]);
  });

  it('begins anew where the header is none', async () => {
    await server.live.get('/accounts/self', { headers: { traceparent: '00-nonsense-1-01' } });
    const span = await pollUntil(
      () => collector.spans.find(({ name }) => name === 'GET /accounts/self'),
      { timeoutMs: 15_000, what: 'the span of a request' },
    );
    expect(span.from).toEqual([]);
    expect(span.traceId).toMatch(/^[0-9a-f]{32}$/);
  });
}

describe('the trace of an event, embedded', () => {
  journeyStory((env) => startServer({ env }));
});

describeKafka('the trace of an event, over Kafka', (kafka) => {
  journeyStory((env) =>
    startServer({
      env: {
        ...env,
        KAFKA_BROKERS: kafka.brokers().join(','),
        KONTOR_KAFKA_PREFIX: kafka.prefix,
        KAFKAJS_NO_PARTITIONER_WARNING: '1',
      },
    }),
  );
});
