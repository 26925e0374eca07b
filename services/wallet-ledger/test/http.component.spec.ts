import { type CatalogV1, newId, newUuid, type UsageRated } from '@kontor/contracts';
import { buildRecords } from '@kontor/event-log';
import { type Json, openTestService, pollUntil, type TestService } from '@kontor/testkit';
import { walletLedgerService } from '../src';
import { rated } from './ledger-world';

const PLATFORM = { platform: 'acc_test', mode: 'live', key: 'acc_test' } as const;
const AT = '2026-01-05T12:00:00.000000Z';
/** What the catalog would know: customers by id, with their external id and newest position. */
const customers = new Map<string, { externalId: string | null; position: number }>();
let catalogHead = 0;
const ASSETS = ['USD', 'EUR', 'MIN'];

async function append(
  service: TestService,
  owner: string,
  facts: readonly object[],
): Promise<void> {
  const topic = owner === 'catalog' ? 'catalog.v1' : 'rating.rated.v1';
  const cause = { topic: 'usage.recorded.v1', partition: 0, position: 1 };
  const records = buildRecords(topic, facts as never, owner === 'rating' ? cause : undefined);
  const { database, log } = service.owner(owner);
  const positions = await database.transaction((tx) => log.append(tx, records));
  log.committed(positions);
  if (owner === 'catalog') catalogHead = positions.at(-1)!.position;
}

const versionOf = (productId: string, version: number, ...assets: string[]): CatalogV1 => ({
  ...PLATFORM,
  type: 'catalog.product-version-drafted',
  productId,
  code: productId,
  version,
  createdAt: AT,
  prices: [
    {
      priceId: 'prc_1',
      name: 'Tokens',
      eventType: 'tokens',
      usageType: 'unit',
      billableDimensions: [],
      pricing: assets.map((asset) => ({
        asset,
        blocks: [{ value: { unitPrice: '1' } }],
      })) as never,
    },
  ],
});

const subscribed = (customerId: string, productId: string, version: number): CatalogV1 => ({
  ...PLATFORM,
  type: 'catalog.subscription-created',
  customerId,
  subscriptionId: newId('sub'),
  products: [{ productId, code: productId, version }],
  actsFrom: null,
  createdAt: AT,
});

describe('wallets over HTTP', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await openTestService(walletLedgerService, {
      owners: ['catalog', 'rating'],
      answers: {
        'catalog.resolve-customers': (tenant, { customerIds, externalIds }) => ({
          head: catalogHead,
          customers: [...customers]
            .filter(() => tenant.platform === 'acc_test')
            .filter(([id, { externalId }]) =>
              [...customerIds, ...externalIds].some((name) => name === id || name === externalId),
            )
            .map(([customerId, customer]) => ({ customerId, ...customer })),
        }),
        'catalog.find-assets': (_tenant, { codes }) => ({
          codes: codes.filter((code) => ASSETS.includes(code)),
        }),
      },
    });
    await append(service, 'catalog', [
      versionOf('prp_a', 1, 'MIN', 'USD'),
      versionOf('prp_a', 2, 'EUR'),
    ]);
  });
  afterAll(() => service.stop());

  /** A customer with a subscription, as the catalog has just answered it. */
  async function customer(externalId: string | null = null): Promise<string> {
    const id = newId('cust');
    await append(service, 'catalog', [subscribed(id, 'prp_a', 1)]);
    customers.set(id, { externalId, position: catalogHead });
    return id;
  }
  const topUp = (id: string, amount: unknown, more: object = {}): Promise<Json> =>
    service.api.post(`/customers/${id}/wallet/adjustments`, {
      transaction_id: newUuid(),
      asset: 'USD',
      amount,
      reason: 'external_topup',
      ...more,
    });
  const debit = async (...usage: UsageRated[]): Promise<void> => append(service, 'rating', usage);
  const availableOf = async (id: string, account = 'default:USD'): Promise<string> =>
    (await service.api.read(`/customers/${id}/wallet/${account}`)).available;

  it('show a new customer’s accounts at 0, one per asset of its prices', async () => {
    const id = await customer();
    expect(await service.api.read(`/customers/${id}/wallet`)).toEqual({
      accounts: ['MIN', 'USD'].map((asset) => ({
        id: `default:${asset}`,
        name: 'default',
        asset,
        available: '0',
        held: '0',
        pending_in: '0',
        pending_out: '0',
        overdraft: { mode: 'unlimited' },
      })),
    });
  });

  it('open further accounts when a subscription moves to another version', async () => {
    const id = await customer();
    await append(service, 'catalog', [
      {
        ...PLATFORM,
        type: 'catalog.subscription-version-changed',
        customerId: id,
        subscriptionId: 'sub_1',
        productId: 'prp_a',
        version: 2,
        at: AT,
      },
    ]);
    customers.set(id, { externalId: null, position: catalogHead });
    const { accounts } = await service.api.read(`/customers/${id}/wallet`);
    expect(accounts.map((account: Json) => account.asset)).toEqual(['MIN', 'USD', 'EUR']);
  });

  it('answer 503 when the ledger has not seen yet what the catalog answered', async () => {
    const id = newId('cust');
    customers.set(id, { externalId: null, position: catalogHead + 1 });
    const answer = await service.api.get(`/customers/${id}/wallet`);
    expect(answer).toMatchObject({ status: 503, body: { code: 'not_ready' } });
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('are found by external id, and in any case of the account', async () => {
    const id = await customer('Acme Inc');
    await topUp(id, 2.5);
    const wallet = '/customers/ext_Acme%20Inc/wallet';
    expect((await service.api.read(`${wallet}/DEFAULT:usd`)).available).toBe('2.5');
    expect((await service.api.read(`${wallet}/default%3AUSD`)).available).toBe('2.5');
  });

  it('are 404 for an unknown customer, an unknown account, another tenant', async () => {
    const id = await customer();
    const statusOf = async (path: string, api = service.api) => (await api.get(path)).status;
    expect(await statusOf(`/customers/${newId('cust')}/wallet`)).toBe(404);
    expect(await statusOf(`/customers/${id}/wallet/default:EUR`)).toBe(404);
    expect(await statusOf(`/customers/${id}/wallet/nonsense`)).toBe(404);
    expect(await statusOf(`/customers/${id}/wallet/default:EUR/grants`)).toBe(404);
    const other = service.api.as(service.key('acc_other'));
    expect(await statusOf(`/customers/${id}/wallet`, other)).toBe(404);
  });

  it('take an adjustment and show it at once', async () => {
    const id = await customer();
    const transaction = newUuid();
    const answer = await topUp(id, '10.000000000001', {
      transaction_id: transaction.toUpperCase(),
    });
    expect(answer).toMatchObject({
      status: 201,
      body: { id: transaction, created_at: expect.any(String) },
    });
    expect(answer.headers.get('kontor-position')).toMatch(/^wallet\.posted\.v1:\d:\d+$/);
    expect(await availableOf(id)).toBe('10.000000000001');
  });

  it('show money as JSON numbers with their digits to clients that ask for nothing', async () => {
    const id = await customer();
    await topUp(id, 0.1);
    await topUp(id, 0.2);
    expect((await service.api.plain().read(`/customers/${id}/wallet/default:USD`)).available).toBe(
      0.3,
    );
  });

  it('answer a repeated adjustment as the first time, and refuse its id for another', async () => {
    const id = await customer();
    const transaction_id = newUuid();
    const metadata = { a: 1, b: 2 };
    const first = await topUp(id, 10, { transaction_id, metadata });
    const again = await topUp(id, '10.00', { transaction_id, metadata: { b: 2, a: 1 } });
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(await topUp(id, 11, { transaction_id, metadata })).toMatchObject({
      status: 409,
      body: { code: 'transaction_id_reused' },
    });
    expect(await availableOf(id)).toBe('10');
  });

  it('refuse to give back more than is available, and say how much is', async () => {
    const id = await customer();
    await topUp(id, 10);
    expect(await topUp(id, -10.5, { reason: 'external_refund' })).toMatchObject({
      status: 402,
      body: { code: 'insufficient_funds', requested: '10.5', available: '10', asset: 'USD' },
    });
    expect((await topUp(id, -10, { reason: 'external_refund' })).status).toBe(201);
    expect(await availableOf(id)).toBe('0');
  });

  it.each([
    ['amount', { amount: 0 }, 'amount_zero'],
    ['amount', { amount: 1.2345678901234567 }, 'amount_imprecise'],
    ['amount', { amount: '0.0000000000001' }, 'amount_too_fine'],
    ['amount', { amount: '1000000000000000' }, 'amount_out_of_range'],
    ['amount', { amount: 'ten' }, 'amount_not_a_number'],
    ['asset', { asset: 'XQX' }, 'unknown_asset'],
    ['reason', { reason: 'whim' }, 'invalid_value'],
    ['transaction_id', { transaction_id: 'x' }, 'invalid_uuid'],
    ['expires_at', { expires_at: '2020-01-01T00:00:00Z' }, 'grant_expired'],
    ['expires_at', { amount: -1, expires_at: '2099-01-01T00:00:00Z' }, 'does_not_apply'],
    ['effective_at', { amount: -1, effective_at: '2020-01-01T00:00:00Z' }, 'does_not_apply'],
    ['effective_at', { effective_at: 'tomorrow' }, 'invalid_instant'],
    ['colour', { colour: 'red' }, 'unknown_field'],
  ])('refuse an adjustment with a wrong %s: %j', async (field, change, code) => {
    const id = await customer();
    const answer = await topUp(id, 10, change);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toMatchObject([{ pointer: `/${field}`, code }]);
    expect(await availableOf(id)).toBe('0');
  });

  it('need the scope of what is asked', async () => {
    const id = await customer();
    const reader = service.api.as(service.key('acc_test', 'live', ['read']));
    expect((await reader.get(`/customers/${id}/wallet`)).status).toBe(200);
    expect((await reader.post(`/customers/${id}/wallet/adjustments`, {})).status).toBe(403);
    expect((await reader.get('/admin/trial-balance')).status).toBe(403);
  });

  it('list grants with what is left and what is used next', async () => {
    const id = await customer();
    await topUp(id, 5);
    await topUp(id, 3, { reason: 'gift' });
    await debit(rated(id, { USD: '4' }));
    await pollUntil(async () => (await availableOf(id)) === '4');
    const path = `/customers/${id}/wallet/default:usd/grants`;
    const { items, total_count } = await service.api.read(path);
    expect(total_count).toBe(2);
    expect(items).toMatchObject([
      { purpose: 'promotional', amount: '3', available: '0', burn_position: null },
      { purpose: 'paid', amount: '5', available: '4', burn_position: 1, expires_at: null },
    ]);
    expect(
      (await service.api.read(`${path}?purpose=paid&exclude_expired=true`)).items,
    ).toHaveLength(1);
    expect((await service.api.read(`${path}?effective_to=2020-01-01`)).items).toEqual([]);
    expect((await service.api.read(`${path}?expired_from=2020-01-01`)).items).toEqual([]);
    const first = await service.api.read(`${path}?limit=1`);
    const second = await service.api.read(`${path}?limit=1&cursor=${first.next_cursor}`);
    expect([...first.items, ...second.items]).toEqual(items);
  });

  it('list transactions, newest first, with the balance after each', async () => {
    const id = await customer();
    const usage = { ...rated(id, { USD: '4' }), subject: 'chat-1' };
    await topUp(id, 3, { description: 'Invoice 17', metadata: { invoice: 17 } });
    await debit(usage);
    await pollUntil(async () => (await availableOf(id)) === '-1');
    const last = await topUp(id, 2);
    const path = `/customers/${id}/wallet/transactions`;
    const list = await pollUntil(async () => {
      const read = await service.api.read(path);
      return read.total_count === 3 && read;
    });
    expect(list.items).toMatchObject([
      { id: last.body.id, type: 'adjustment', amount: '2', balance: '1' },
      {
        id: usage.fees[0]!.feeId,
        type: 'fee',
        amount: '-4',
        balance: '-1',
        subject: 'chat-1',
        event_id: usage.eventId,
        lots: [{ amount: '3' }],
      },
      {
        type: 'adjustment',
        amount: '3',
        balance: '3',
        description: 'Invoice 17',
        metadata: { invoice: 17 },
      },
    ]);
    const countOf = async (query: string) =>
      (await service.api.read(`${path}?${query}`)).total_count;
    expect(await countOf('type=fee')).toBe(1);
    expect(await countOf('type=hold')).toBe(0);
    expect(await countOf('subject=chat-1')).toBe(1);
    expect(await countOf('account_id=DEFAULT:usd')).toBe(3);
    expect(await countOf('account_id=default:MIN')).toBe(0);
    expect(await countOf('period_to=2020-01-01')).toBe(0);
    const first = await service.api.read(`${path}?limit=2`);
    const rest = await service.api.read(`${path}?limit=2&cursor=${first.next_cursor}`);
    expect([...first.items, ...rest.items]).toEqual(list.items);
    expect((await service.api.get(`${path}?cursor=forged`)).status).toBe(422);
  });

  it('find the transactions of an account by its id, however long its name is', async () => {
    const id = await customer();
    await topUp(id, 3, { account_name: 'n'.repeat(255) });
    const wallet = `/customers/${id}/wallet`;
    const [account] = (await service.api.read(wallet)).accounts;
    const query = `account_id=${account.id.toUpperCase()}`;
    const list = await pollUntil(async () => {
      const read = await service.api.read(`${wallet}/transactions?${query}`);
      return read.total_count === 1 && read;
    });
    expect(list.items).toMatchObject([{ account_id: account.id, amount: '3' }]);
    for (const wrong of ['', 'n'.repeat(1_025)]) {
      const answer = await service.api.get(`${wallet}/transactions?account_id=${wrong}`);
      expect(answer.status).toBe(422);
    }
  });

  it('show a transaction as soon as it was answered', async () => {
    const id = await customer();
    for (let round = 0; round < 10; round += 1) {
      const { body } = await topUp(id, 1);
      const path = `/customers/${id}/wallet/transactions/${body.id.toUpperCase()}`;
      expect(await service.api.read(path)).toMatchObject({ id: body.id, amount: '1' });
    }
    const unknown = await service.api.get(`/customers/${id}/wallet/transactions/${newUuid()}`);
    expect(unknown.status).toBe(404);
  });

  it('do not show another customer’s transaction', async () => {
    const [one, other] = [await customer(), await customer()];
    const { body } = await topUp(one, 1);
    const path = `/customers/${other}/wallet/transactions/${body.id}`;
    expect((await service.api.get(path)).status).toBe(404);
  });

  it('keep what usage did before the subscription was seen', async () => {
    const id = newId('cust');
    customers.set(id, { externalId: null, position: 0 });
    await debit(rated(id, { USD: '0.5' }));
    await pollUntil(
      async () => (await service.api.get(`/customers/${id}/wallet/default:USD`)).status === 200,
    );
    await append(service, 'catalog', [subscribed(id, 'prp_a', 1)]);
    customers.set(id, { externalId: null, position: catalogHead });
    expect(await availableOf(id)).toBe('-0.5');
    expect(await availableOf(id, 'default:MIN')).toBe('0');
  });

  it('add up to zero per asset, and per ledger account', async () => {
    const { assets, balanced } = await pollUntil(async () => {
      const books = await service.api.read('/admin/trial-balance?detail=true');
      return books.assets.length > 0 && books;
    });
    expect(balanced).toBe(true);
    expect(assets.map(({ asset, sum }: Json) => [asset, sum])).toContainEqual(['USD', '0']);
    const usd = assets.find(({ asset }: Json) => asset === 'USD');
    const names = usd.accounts.map(({ account }: Json) => account);
    expect(names).toEqual(expect.arrayContaining(['available', 'funding', 'revenue']));
    expect((await service.api.read('/admin/trial-balance')).assets[0].accounts).toBeUndefined();
  });
});
