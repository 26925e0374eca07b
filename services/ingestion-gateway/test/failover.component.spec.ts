/** The gateway before two processes of the ledger: which one it asks, and what when one is gone. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '@kontor/contracts';
import { partitionOf } from '@kontor/event-log';
import { NOTHING_DONE_HEADER, ServiceInstances } from '@kontor/service-host';
import fastify, { type FastifyInstance } from 'fastify';
import { Forwarder } from '../src/adapters/http/forwarder';
import { addForwarding } from '../src/adapters/http/forwarding';
import { Placement } from '../src/adapters/http/placement';

const PARTITIONS = 8;
const context = { platform: 'acc_1', mode: 'live', scopes: ['write'], keyId: 'k', requestId: 'r' };

interface Instance {
  readonly url: string;
  readonly server: Server;
  readonly bodies: string[];
  /** What to do instead of answering 201. */
  act: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
}

async function startInstance(): Promise<Instance> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      if (instance.act) return instance.act(request, response);
      response.writeHead(201);
      response.end(instance.url);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const instance: Instance = { url, server, bodies, act: undefined };
  return instance;
}

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${edgeUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const askedFor = async (path: string, body: object = {}): Promise<string> =>
  (await post(path, body)).text();

let instances: [Instance, Instance];
let edge: FastifyInstance;
let forwarder: Forwarder;
let known: ServiceInstances;
let edgeUrl = '';
const wallet = { service: 'wallet-ledger', scope: 'write' } as const;
const customersSeen = new Map([['acme', newId('cust')]]);
let lookUps = 0;

beforeEach(async () => {
  instances = [await startInstance(), await startInstance()];
  known = new ServiceInstances({ 'wallet-ledger': instances.map(({ url }) => url) });
  lookUps = 0;
  const find = (_tenant: object, { externalIds }: { externalIds: readonly string[] }) => {
    lookUps += 1;
    const id = customersSeen.get(externalIds[0] ?? '');
    return Promise.resolve(id === undefined ? [] : [{ id, externalId: externalIds[0] ?? '' }]);
  };
  forwarder = new Forwarder({
    instances: known,
    placement: new Placement({ customers: { find }, partitions: PARTITIONS }),
    secret: 'a secret of sixteen or more',
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
    { method: 'POST', pattern: '/customers/:customer/wallet/adjustments', ...wallet },
    { method: 'POST', pattern: '/authorizations', ...wallet },
    { method: 'POST', pattern: '/authorizations/:authorization/capture', ...wallet },
    { method: 'PATCH', pattern: '/customers/:customer/wallet/:account', ...wallet },
  ]);
  edgeUrl = await edge.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  known.close();
  await edge.close();
  forwarder.close();
  for (const { server } of instances) {
    server.closeAllConnections();
    server.close();
  }
});

/** The process that owns a customer's partition, and the other one. */
function ownerOf(customerId: string): [Instance, Instance] {
  const [first] = known.of('wallet-ledger', partitionOf(customerId, PARTITIONS));
  return first === instances[0].url ? instances : [instances[1], instances[0]];
}

describe('a wallet command', () => {
  it('goes to the process that owns its customer’s partition, wherever the customer is named', async () => {
    for (let count = 0; count < 8; count += 1) {
      const customer = newId('cust');
      const [owner] = ownerOf(customer);
      expect(await askedFor(`/customers/${customer}/wallet/adjustments`)).toBe(owner.url);
      expect(await askedFor('/authorizations', { customer_id: customer })).toBe(owner.url);
    }
  });

  it('that names an external id is placed by the customer who has it, looked up once', async () => {
    const [owner] = ownerOf(customersSeen.get('acme')!);
    for (let count = 0; count < 3; count += 1) {
      expect(await askedFor('/customers/ext_acme/wallet/adjustments')).toBe(owner.url);
      expect(await askedFor('/authorizations', { customer_external_id: 'acme' })).toBe(owner.url);
    }
    expect(lookUps).toBe(1);
    expect((await post('/customers/ext_nobody/wallet/adjustments', {})).status).toBe(201);
  });

  it('on an authorization goes where that was placed, by its id or by memory', async () => {
    const customer = newId('cust');
    const [owner] = ownerOf(customer);
    const id = 'b1946ac9-2d1f-4f0a-8f7e-000000000001';
    await askedFor('/authorizations', { id, customer_id: customer });
    expect(await askedFor(`/authorizations/${id.toUpperCase()}/capture`)).toBe(owner.url);
    const made = newId('auth');
    const [itsOwner] = ownerOf(made);
    expect(await askedFor(`/authorizations/${made}/capture`)).toBe(itsOwner.url);
  });

  it('goes to the other process at once when the owner takes no connection', async () => {
    const customer = newId('cust');
    const [owner, other] = ownerOf(customer);
    owner.server.close();
    const body = { amount: '1' };
    for (let count = 0; count < 3; count += 1)
      expect(await askedFor(`/customers/${customer}/wallet/adjustments`, body)).toBe(other.url);
    expect(other.bodies).toEqual(Array.from({ length: 3 }, () => JSON.stringify(body)));
  });

  it('goes to the other process when the owner is stopping and did nothing', async () => {
    const customer = newId('cust');
    const [owner, other] = ownerOf(customer);
    owner.act = (_request, response) => {
      response.writeHead(503, { [NOTHING_DONE_HEADER]: 'stopping' });
      response.end();
    };
    expect(await askedFor(`/customers/${customer}/wallet/adjustments`)).toBe(other.url);
    other.act = owner.act;
    const refused = await post(`/customers/${customer}/wallet/adjustments`, {});
    expect(refused.status).toBe(503);
    expect(refused.headers.get(NOTHING_DONE_HEADER)).toBeNull();
  });

  it('whose answer is lost is sent again only when it carries an id of its own', async () => {
    const customer = newId('cust');
    const [owner, other] = ownerOf(customer);
    owner.act = (request) => request.socket.destroy();
    const path = `/customers/${customer}/wallet/adjustments`;
    expect((await post(path, {})).status).toBe(503);
    expect(other.bodies).toEqual([]);
    expect(await askedFor(path, { transaction_id: 'x' })).toBe(other.url);
    known.markUp(owner.url);
    expect(await (await post(path, {}, { 'idempotency-key': 'k' })).text()).toBe(other.url);
    known.markUp(owner.url);
    expect(await askedFor('/authorizations', { id: 'i', customer_id: customer })).toBe(other.url);
    known.markUp(owner.url);
    expect((await post('/authorizations', { customer_id: customer })).status).toBe(503);
  });

  it('is not refused by the second process while nobody knows what the first one does', async () => {
    const customer = newId('cust');
    const [owner, other] = ownerOf(customer);
    owner.act = (request) => request.socket.destroy();
    other.act = (_request, response) => {
      response.writeHead(402);
      response.end();
    };
    const body = { customer_id: customer, id: '01890a5d-ac96-774b-bcce-b302099a8057' };
    expect((await post('/authorizations', body)).status).toBe(503);
    // Sent again it goes to the one that is there: now the refusal is the answer to all of it.
    expect((await post('/authorizations', body)).status).toBe(402);
    expect(other.bodies).toHaveLength(2);
  });

  it('does not wait for a process that hangs once that is known', async () => {
    const customer = newId('cust');
    const [owner, other] = ownerOf(customer);
    owner.act = () => undefined;
    const path = `/customers/${customer}/wallet/adjustments`;
    expect(await askedFor(path, { transaction_id: 'x' })).toBe(other.url);
    expect(owner.bodies.length).toBeGreaterThan(0);
  });
});
