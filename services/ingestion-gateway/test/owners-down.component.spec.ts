import type { FactHeader } from '@kontor/contracts';
import { buildRecords } from '@kontor/event-log';
import { pollUntil } from '@kontor/testkit';
import { body, cost, CUSTOMER, openGateway, usage, VENDOR, type Gateway } from './setting';

describe('acceptance while an owner does not answer', () => {
  let gateway: Gateway;
  beforeEach(async () => {
    gateway = await openGateway();
  });
  afterEach(() => gateway.service.stop());

  const send = (sent: unknown) => gateway.live.post('/events', sent);
  const publish = async (owner: string, topic: string, fact: FactHeader): Promise<void> => {
    const { log, database } = gateway.service.owner(owner);
    log.committed(await database.transaction((tx) => log.append(tx, buildRecords(topic, [fact]))));
  };
  const platform = async (): Promise<string> =>
    (await gateway.live.read('/accounts/self')).account_id;

  it('goes on for customers known from before, at the last head that was seen', async () => {
    await send(body(usage()));
    gateway.owners.isCatalogSilent = true;
    gateway.owners.areVendorsSilent = true;
    expect((await send(body(usage()))).status).toBe(202);
    expect((await gateway.facts()).map(({ heads }) => heads)).toEqual([
      { catalog: 4, costCatalog: 5 },
      { catalog: 4, costCatalog: 5 },
    ]);
  });

  it('goes on for those that the own view has, also after a restart', async () => {
    const header = { platform: await platform(), mode: 'live', key: await platform() } as const;
    const createdAt = '2026-01-05T12:00:00.000000Z';
    await publish('catalog', 'catalog.v1', {
      ...header,
      type: 'catalog.customer-created',
      customerId: CUSTOMER,
      externalId: 'u 7',
      createdAt,
    } as FactHeader);
    await publish('cost-attribution', 'cost.catalog.v1', {
      ...header,
      type: 'cost.vendor-created',
      vendorId: VENDOR,
      name: 'OpenAI',
      externalId: 'openai',
      createdAt,
    } as FactHeader);
    gateway.owners.isCatalogSilent = true;
    gateway.owners.areVendorsSilent = true;
    await pollUntil(async () => (await send(body(usage({ costs: [cost()] })))).status === 202);
    const [fact] = await gateway.facts();
    expect(fact).toMatchObject({
      key: CUSTOMER,
      costs: [{ vendorId: VENDOR }],
      heads: { catalog: 1, costCatalog: 1 },
    });
    const external = await send({ customer_external_id: 'u 7', events: [usage()] });
    expect([external.status, external.body.code]).toEqual([503, 'dependency_down']);
    const stranger = await gateway.test.post('/events', body(usage()));
    expect(stranger.status).toBe(503);
  });

  it('refuses nobody for being unknown: 503 says to come again', async () => {
    gateway.owners.isCatalogSilent = true;
    const { status, headers, body: answer } = await send(body(usage()));
    expect([status, answer.code]).toEqual([503, 'dependency_down']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    gateway.owners.isCatalogSilent = false;
    gateway.owners.areVendorsSilent = true;
    expect((await send(body(usage({ costs: [cost()] })))).status).toBe(503);
    expect((await send(body(usage()))).status).toBe(202);
    expect(await gateway.facts()).toHaveLength(1);
  });

  it('follows an external id that moved to another customer', async () => {
    const named = { customer_external_id: 'u 7' };
    await send({ ...named, events: [usage()] });
    gateway.owners.customers = new Map([
      [CUSTOMER, null],
      ['cust_new', 'u 7'],
    ]);
    await send({ ...named, events: [usage()] });
    expect((await gateway.facts()).map(({ key }) => key).sort()).toEqual([CUSTOMER, 'cust_new']);
  });
});
