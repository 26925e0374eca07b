/**
 * Whole processes of the host: what they serve beside their services, how they ask each other, how
 * they start and stop.
 */
import { Controller, Get, Module, Param } from '@nestjs/common';
import { createWakeups, type EventBus } from '@kontor/event-log';
import {
  ApiClient,
  createDatabase,
  openTestService,
  pollUntil,
  type TestDatabase,
} from '@kontor/testkit';
import {
  Ctx,
  DependencyDown,
  readConfig,
  RequireScope,
  runServices,
  signContext,
  type InternalCalls,
  type KontorConfig,
  type RequestContext,
  type RunOptions,
  type RunningServices,
  type ServiceDefinition,
} from '../src';
import { toyService } from './toy-service';

const SECRET = 'a secret between the processes';
const config = (more: Partial<KontorConfig> = {}): KontorConfig => ({
  ...readConfig({ PORT: '0', LOG_LEVEL: 'silent' }),
  ...more,
});
const tenant = { platform: 'acc_a', mode: 'test' } as const;

let database: TestDatabase;
beforeAll(async () => (database = await createDatabase()));
afterAll(() => database.drop());

const stopped = { stop: () => Promise.resolve() };
const silentBus: EventBus = {
  subscribe: () => Promise.resolve(stopped),
  publish: () => Promise.resolve(stopped),
  heads: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};

const running: RunningServices[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});
const run = async (
  definition: ServiceDefinition,
  more: Partial<KontorConfig> = {},
  options: Partial<RunOptions> = {},
): Promise<RunningServices> => {
  const services = await runServices([definition], {
    config: config(more),
    databaseUrl: database.url,
    processMetrics: false,
    poolSize: 2,
    ...options,
  });
  running.push(services);
  return services;
};

describe('every process', () => {
  it('says that it lives and is ready, without a key', async () => {
    const service = await openTestService(toyService);
    const api = service.api.as(undefined);
    expect((await api.get('/health/live')).body).toEqual({ status: 'live' });
    const { status, body } = await api.get('/health/ready');
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'ready',
      services: { toy: { database: 'up', bus: 'up', consumers: 'running' } },
    });
    await service.runtime.database.close();
    expect((await api.get('/health/ready')).body).toMatchObject({
      status: 'not_ready',
      services: { toy: { database: 'down' } },
    });
    await service.stop();
  });

  it('stays ready without its bus, and says so', async () => {
    const bus = { ...silentBus, answers: () => Promise.reject(new Error('no broker')) };
    const { url } = await run(toyService, { internalSecret: SECRET }, { bus });
    const { status, body } = await new ApiClient(url, '').get('/health/ready');
    expect(status).toBe(200);
    expect(body).toMatchObject({ services: { toy: { database: 'up', bus: 'down' } } });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('kontor_bus_up{service="toy"} 0');
    expect(metrics).toContain('kontor_database_up{service="toy"} 1');
    expect(metrics).toContain('kontor_ready 1');
  });

  it('counts its requests by route and shows its metrics', async () => {
    const service = await openTestService(toyService);
    service.runtime.metrics.counter('kontor_toy_total', 'Toys.').inc(3);
    expect(service.runtime.metrics.counter('kontor_toy_total', 'Toys.')).toBeDefined();
    await service.api.get('/things/1');
    await service.api.get('/nowhere');
    const { body, headers } = await service.api.as(undefined).get<string>('/metrics');
    expect(headers.get('content-type')).toContain('text/plain');
    expect(body).toContain('kontor_toy_total{service="toy"} 3');
    expect(body).toContain(
      'kontor_http_request_seconds_count{service="host",method="GET",route="/things/:id",status="200"} 1',
    );
    expect(body).toContain('route="unknown",status="404"');
    const helps = body.split('\n').filter((line) => line.startsWith('# HELP'));
    expect(new Set(helps).size).toBe(helps.length);
    await service.stop();
  });

  it('shows operators its consumers and dead letters', async () => {
    const service = await openTestService(toyService);
    expect(await service.api.read('/admin/toy/consumers')).toEqual({ items: [] });
    expect(await service.api.read('/admin/toy/dead-letters?limit=5')).toEqual({
      items: [],
      total_count: 0,
      limit: 5,
      offset: 0,
      next_cursor: null,
    });
    for (const id of ['no-uuid', '0197a3a4-7d3e-7c52-9d0e-3b8f5c1d2e4f']) {
      const { status, body } = await service.api.post(`/admin/toy/dead-letters/${id}/retry`);
      expect([status, body.code]).toEqual([404, 'not_found']);
    }
    expect((await service.api.get('/admin/toy/dead-letters?surprise=1')).status).toBe(422);
    await service.stop();
  });
});

/** Asks the catalog, which may be in another process. */
const asking = (seen: { calls?: InternalCalls }): ServiceDefinition => ({
  ...toyService,
  module: (runtime) => {
    seen.calls = runtime.internal;
    return toyService.module(runtime);
  },
});

@Module({})
class EmptyModule {}

const answering = (answer: () => Promise<{ customers: [] }>): ServiceDefinition => ({
  name: 'catalog',
  migrationsDir: __dirname,
  module: (runtime) => {
    runtime.internal.serve('catalog.describe-customers', answer);
    return { module: EmptyModule };
  },
});

describe('answered requests', () => {
  it('are forgotten after a week, and not before', async () => {
    const first = await run(toyService, { internalSecret: SECRET });
    const [service] = first.services;
    if (!service) throw new Error('the toy runs');
    await service.database.query(
      `INSERT INTO command_id (platform, mode, command_id, request_hash, status, created_at)
       SELECT 'acc_a', 'live', days::text, 'hash', 200, clock_timestamp() - days * interval '1 day'
       FROM unnest('{1,6,8}'::int[]) AS days`,
      [],
    );
    await first.stop();
    const [again] = (await run(toyService, { internalSecret: SECRET })).services;
    const kept = async (): Promise<string[]> => {
      const rows = await again?.database.query<{ command_id: string }>(
        'SELECT command_id FROM command_id ORDER BY 1',
        [],
      );
      return (rows ?? []).map((row) => row.command_id);
    };
    await pollUntil(async () => !(await kept()).includes('8'), { timeoutMs: 10_000 });
    expect(await kept()).toEqual(['1', '6']);
  });
});

/** The same signature over another payload. */
function altered(header: string, change: (payload: object) => object): string {
  const [text = '', signature = ''] = header.split('.');
  const payload = JSON.parse(Buffer.from(text, 'base64url').toString()) as object;
  return `${Buffer.from(JSON.stringify(change(payload))).toString('base64url')}.${signature}`;
}

describe('services in several processes', () => {
  const question = { customerIds: ['cust_1'] };
  const client = (url: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${url}/things/1`, { headers });

  it('ask each other with a signed context', async () => {
    const other = await run(
      answering(() => Promise.resolve({ customers: [] })),
      { internalSecret: SECRET },
    );
    const seen: { calls?: InternalCalls } = {};
    await run(asking(seen), {
      internalSecret: SECRET,
      serviceUrls: { catalog: [other.url] },
    });
    const answer = await seen.calls!.call('catalog.describe-customers', tenant, question);
    expect(answer).toEqual({ customers: [] });
  });

  it('ask the next process of a service when one is gone', async () => {
    const living = await run(
      answering(() => Promise.resolve({ customers: [] })),
      { internalSecret: SECRET },
    );
    const seen: { calls?: InternalCalls } = {};
    await run(asking(seen), {
      internalSecret: SECRET,
      serviceUrls: { catalog: ['http://127.0.0.1:1', 'http://127.0.0.1:2', living.url] },
    });
    for (let count = 0; count < 6; count += 1)
      await expect(
        seen.calls!.call('catalog.describe-customers', tenant, question),
      ).resolves.toEqual({ customers: [] });
  });

  it('say DependencyDown when the other one is not there, is late, or has another secret', async () => {
    const seen: { calls?: InternalCalls } = {};
    const slow = await run(
      answering(() => new Promise((resolve) => setTimeout(() => resolve({ customers: [] }), 300))),
      { internalSecret: SECRET },
    );
    const ask = (deadlineMs: number): Promise<unknown> =>
      seen.calls!.call('catalog.describe-customers', tenant, question, { deadlineMs });
    await run(asking(seen), { internalSecret: SECRET, serviceUrls: { catalog: [slow.url] } });
    await expect(ask(30)).rejects.toBeInstanceOf(DependencyDown);
    await expect(ask(3_000)).resolves.toEqual({ customers: [] });
    await run(asking(seen), {
      internalSecret: 'quite another secret',
      serviceUrls: { catalog: [slow.url] },
    });
    await expect(ask(3_000)).rejects.toBeInstanceOf(DependencyDown);
    await run(asking(seen), {
      internalSecret: SECRET,
      serviceUrls: { catalog: ['http://127.0.0.1:1'] },
    });
    await expect(ask(3_000)).rejects.toBeInstanceOf(DependencyDown);
  });

  it('believe only a context that was signed for this very request', async () => {
    const { url } = await run(toyService, { internalSecret: SECRET });
    const context: RequestContext = {
      ...tenant,
      scopes: ['read'],
      keyId: 'key_1',
      requestId: 'req_1',
    };
    const nowMs = Date.now();
    const right = { kind: 'client', method: 'GET', target: '/things/1', nowMs } as const;
    const status = async (signed: string): Promise<number> =>
      (await client(url, { 'kontor-context': signed })).status;
    expect(await status(signContext(SECRET, context, right))).toBe(200);
    expect((await client(url, { authorization: 'Bearer acc_a.live.read' })).status).toBe(401);
    for (const wrong of [
      signContext('another secret altogether', context, right),
      signContext(SECRET, context, { ...right, method: 'POST' }),
      signContext(SECRET, context, { ...right, target: '/things/2' }),
      signContext(SECRET, context, { ...right, kind: 'internal' }),
      // A minute old, and of a clock that is ahead of its time.
      signContext(SECRET, context, { ...right, nowMs: nowMs - 60_000 }),
      signContext(SECRET, context, { ...right, nowMs: nowMs + 60_000 }),
      `${signContext(SECRET, context, right).split('.')[0]}.`,
      altered(signContext(SECRET, context, right), (payload) => ({
        ...payload,
        scopes: ['admin'],
      })),
      altered(signContext(SECRET, context, right), (payload) => ({
        ...payload,
        platform: 'acc_b',
      })),
      'nonsense',
      '',
    ])
      expect(await status(wrong)).toBe(401);
    const forbidden = signContext(SECRET, { ...context, scopes: ['ingest'] }, right);
    expect(await status(forbidden)).toBe(403);
  });

  it('do not let a client’s context ask internal questions', async () => {
    const { url } = await run(
      answering(() => Promise.resolve({ customers: [] })),
      { internalSecret: SECRET },
    );
    const target = '/internal/catalog/describe-customers';
    const context: RequestContext = { ...tenant, scopes: ['admin'], keyId: 'k', requestId: 'r' };
    const post = async (kind: 'client' | 'internal', path = target): Promise<number> => {
      const binding = { kind, method: 'POST', target: path, nowMs: Date.now() } as const;
      const headers = {
        'kontor-context': signContext(SECRET, context, binding),
        'content-type': 'application/json',
      };
      const body = JSON.stringify(question);
      return (await fetch(`${url}${path}`, { method: 'POST', headers, body })).status;
    };
    expect(await post('client')).toBe(401);
    expect(await post('internal')).toBe(200);
    expect(await post('internal', '/internal/catalog/unheard-of')).toBe(404);
  });
});

describe('a start', () => {
  it('without gateway and without secret is refused', async () => {
    await expect(run(toyService)).rejects.toThrow('KONTOR_INTERNAL_SECRET');
  });

  it('with a route that declares no scope is refused', async () => {
    @Controller('forgotten')
    class ForgottenController {
      @Get()
      read(): object {
        return {};
      }
    }
    const definition = {
      ...toyService,
      module: () => ({ module: EmptyModule, controllers: [ForgottenController] }),
    };
    await expect(run(definition, { internalSecret: SECRET })).rejects.toThrow(
      'GET /forgotten declares no scope',
    );
  });

  it('on a port that is taken fails, and leaves nothing open', async () => {
    const first = await run(toyService, { internalSecret: SECRET });
    const port = Number(new URL(first.url).port);
    await expect(run(toyService, { internalSecret: SECRET, port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});

describe('a stop', () => {
  it('answers what is in flight, refuses what comes, flushes, and may be asked for twice', async () => {
    const events: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));

    @Controller('slow')
    @RequireScope('read')
    class SlowController {
      @Get(':id')
      async wait(@Param('id') id: string, @Ctx() _context: RequestContext): Promise<object> {
        events.push('begun');
        await held;
        events.push('answered');
        return { id };
      }
    }
    @Module({})
    class SlowModule {
      onApplicationShutdown(): void {
        events.push('flushed');
      }
    }
    const wakeups = createWakeups();
    const service = await runServices(
      [
        {
          ...toyService,
          authenticator: () =>
            Promise.resolve(() =>
              Promise.resolve({ ...tenant, scopes: ['read'] as const, keyId: 'key_1' }),
            ),
          module: () => ({ module: SlowModule, controllers: [SlowController] }),
        },
      ],
      { config: config(), databaseUrl: database.url, wakeups, processMetrics: false },
    );
    const api = new ApiClient(service.url, 'key');
    const inFlight = api.get('/slow/1');
    await pollUntil(() => events.includes('begun'));
    const stopped = service.stop();
    const second = service.stop();
    const refused = await api.get('/slow/2');
    expect([refused.status, refused.body.code]).toEqual([503, 'stopping']);
    expect(refused.headers.get('connection')).toBe('close');
    expect((await api.get('/health/ready')).status).toBe(503);
    release();
    expect((await inFlight).body).toEqual({ id: '1' });
    await Promise.all([stopped, second]);
    expect(events).toEqual(['begun', 'answered', 'flushed']);
    await expect(fetch(service.url)).rejects.toThrow();
  });
});
