/** The gateway of an installation whose services are processes of their own. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceInstances, verifyContext } from '@kontor/service-host';
import fastify, { type FastifyInstance } from 'fastify';
import { openTestService, type TestService } from '@kontor/testkit';
import { ingestionGatewayService } from '../src';
import { addForwarding } from '../src/adapters/http/forwarding';
import { Forwarder } from '../src/adapters/http/forwarder';
import { LIVE_KEY } from './setting';

const SECRET = 'a secret of sixteen or more';
const context = {
  platform: 'acc_1',
  mode: 'test',
  scopes: ['read', 'write'],
  keyId: 'key_1',
  requestId: 'req_1',
} as const;
type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

describe('forwarding', () => {
  let behind: Server;
  let edge: FastifyInstance;
  let forwarder: Forwarder;
  let url = '';
  let answer: Answer = (_request, response) => response.end();

  beforeAll(async () => {
    behind = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => answer(request, response, Buffer.concat(chunks)));
    });
    await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
    const { port } = behind.address() as AddressInfo;
    forwarder = new Forwarder({
      instances: new ServiceInstances({
        catalog: [`http://127.0.0.1:${port}`],
        rating: ['http://127.0.0.1:1'],
      }),
      placement: { of: () => Promise.resolve(undefined) },
      secret: SECRET,
      nowMs: () => Date.now(),
    });
    edge = fastify();
    edge.decorateRequest('kontor', undefined as never);
    edge.addHook('onRequest', (request, _reply, done) => {
      request.kontor = { context } as never;
      done();
    });
    edge.setErrorHandler((error, _request, reply) => {
      void reply.code(503).send({ error: error instanceof Error ? error.message : '' });
    });
    addForwarding(edge, forwarder, [
      { method: 'GET', pattern: '/customers/:id', service: 'catalog', scope: 'read' },
      { method: 'POST', pattern: '/customers', service: 'catalog', scope: 'write' },
      { method: 'GET', pattern: '/ratings', service: 'rating', scope: 'read' },
    ]);
    url = await edge.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(async () => {
    await edge.close();
    forwarder.close();
    behind.closeAllConnections();
    await new Promise((resolve) => behind.close(resolve));
  });

  it('passes the request on as it is, with who asks signed, and nothing that proves it', async () => {
    let seen: IncomingMessage | undefined;
    answer = (request, response) => {
      seen = request;
      response.setHeader('kontor-position', 'catalog.v1:0:7');
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end('{"amount":0.10000000000000000001}');
    };
    const target = '/customers/ext_a%2Fb?x=1&y=%C3%A9';
    const answered = await fetch(`${url}${target}`, {
      headers: {
        authorization: 'Bearer key_x',
        'x-api-key': 'key_x',
        'kontor-context': 'forged',
        'kontor-numbers': 'string',
      },
    });
    expect(answered.status).toBe(201);
    expect(answered.headers.get('kontor-position')).toBe('catalog.v1:0:7');
    expect(await answered.text()).toBe('{"amount":0.10000000000000000001}');
    expect(seen?.url).toBe(target);
    expect(seen?.headers).toMatchObject({ 'kontor-numbers': 'string' });
    expect(seen?.headers['authorization'] ?? seen?.headers['x-api-key']).toBeUndefined();
    const header = String(seen?.headers['kontor-context']);
    const binding = { method: 'GET', target, nowMs: Date.now() };
    expect(verifyContext(SECRET, header, binding)).toMatchObject({
      kind: 'client',
      context: { platform: 'acc_1', mode: 'test', keyId: 'key_1' },
    });
  });

  it('streams bodies of any size and type through, both ways', async () => {
    answer = (request, response, body) => {
      response.setHeader('content-type', String(request.headers['content-type']));
      response.end(body);
    };
    const sent = 'é'.repeat(2 * 1024 * 1024);
    const answered = await fetch(`${url}/customers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: sent,
    });
    expect(await answered.text()).toBe(sent);
  });

  it('keeps its connections to a service', async () => {
    const sockets = new Set<unknown>();
    answer = (request, response) => {
      sockets.add(request.socket);
      response.end();
    };
    for (let count = 0; count < 5; count += 1)
      await (await fetch(`${url}/customers/x`)).arrayBuffer();
    expect(sockets.size).toBe(1);
  });

  it('serves HEAD where GET is served', async () => {
    answer = (request, response) => response.end(request.method === 'HEAD' ? undefined : 'x');
    expect((await fetch(`${url}/customers/x`, { method: 'HEAD' })).status).toBe(200);
  });

  it('answers 503 when the service is not there', async () => {
    const answered = await fetch(`${url}/ratings`);
    expect([answered.status, await answered.json()]).toEqual([
      503,
      { error: 'rating does not answer' },
    ]);
  });

  it('asks again when a kept connection turns out to be closed, and only what may be asked twice', async () => {
    answer = (_request, response) => response.end();
    await (await fetch(`${url}/customers/x`)).arrayBuffer();
    let isFirst = true;
    answer = (request, response) => {
      if (isFirst) request.socket.destroy();
      else response.end('again');
      isFirst = false;
    };
    expect(await (await fetch(`${url}/customers/x`)).text()).toBe('again');
    isFirst = true;
    const posted = await fetch(`${url}/customers`, { method: 'POST', body: 'x' });
    expect(posted.status).toBe(503);
  });
});

describe('the gateway before services of their own', () => {
  const nowhere = 'http://127.0.0.1:1';
  let gateway: TestService;
  beforeAll(async () => {
    gateway = await openTestService(ingestionGatewayService, {
      config: {
        apiKey: LIVE_KEY,
        internalSecret: SECRET,
        serviceUrls: { 'ingestion-gateway': [nowhere], catalog: [nowhere], rating: [nowhere] },
      },
    });
  });
  afterAll(() => gateway.stop());

  it('checks key and scope itself, and says when the owner is down', async () => {
    const live = gateway.api.as(LIVE_KEY);
    const down = await live.get('/customers/cust_1?x=1');
    expect([down.status, down.body.code]).toEqual([503, 'dependency_down']);
    expect(Number(down.headers.get('retry-after'))).toBeGreaterThan(0);
    const posted = await live.post('/customers', { name: 'x'.repeat(100_000) });
    expect([posted.status, posted.body.code]).toEqual([503, 'dependency_down']);
    expect((await live.as('key_wrong').get('/customers/cust_1')).status).toBe(401);
    const { secret } = await live.create('/api-keys', { scopes: ['ingest'] });
    const refused = await live.as(secret).get('/customers/cust_1');
    expect([refused.status, refused.body.required_scope]).toEqual([403, 'read']);
    expect((await live.get('/nowhere')).status).toBe(404);
    expect((await live.delete('/customers')).status).toBe(405);
    expect((await live.get('/accounts/self')).status).toBe(200);
  });
});
