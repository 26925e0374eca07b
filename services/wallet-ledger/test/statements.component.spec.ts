import { addMilliseconds, type WalletPostedV1 } from '@kontor/contracts';
import { type Decimal, decimal, wire, ZERO } from '@kontor/money';
import { FakeClock, type Json, loggedFacts } from '@kontor/testkit';
import { rated } from './ledger-world';
import { WalletService } from './wallet-service';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const EUR = { asset: 'EUR' };

const clock = new FakeClock('2026-03-01T00:00:00Z');
let world: WalletService;
beforeAll(async () => {
  world = await WalletService.open(clock);
});
afterAll(() => world.stop());

/** The instant just after all that was done so far. */
function tick(milliseconds = SECOND_MS): string {
  const before = clock.advance(SECOND_MS);
  clock.advance(milliseconds);
  return before;
}

describe('A wallet as it was', () => {
  const asOf = async (customer: string, at: string): Promise<Json> =>
    (await world.wallet(customer, `?as_of=${encodeURIComponent(at)}`))['accounts'];

  it('shows at every instant what it showed then', async () => {
    const customer = world.customer();
    const shown = new Map<string, Json>();
    const remember = async () => {
      const grants = `/customers/${customer}/wallet/default:USD/grants`;
      const now = await world.wallet(customer);
      const listed = await world.api.read(grants);
      shown.set(clock.now(), { accounts: now['accounts'], grants: listed['items'] });
      tick();
    };
    await world.topUp(customer, 10);
    await remember();
    await world.topUp(customer, 5, { reason: 'gift' });
    await remember();
    await world.debit(rated(customer, { USD: '2.5' }));
    await remember();
    const { id } = await world.api.create('/authorizations', { customer_id: customer, amount: 6 });
    await remember();
    await world.api.create(`/authorizations/${id}/capture`, { amount: 1 });
    await remember();
    await world.api.create(`/authorizations/${id}/void`, undefined);
    await remember();
    await world.topUp(customer, 7, EUR);
    await remember();
    await world.api.patch(`/customers/${customer}/wallet/default:USD`, {
      overdraft: { mode: 'none' },
    });
    await remember();
    for (const [at, then] of shown) {
      expect(await asOf(customer, at)).toEqual(then.accounts);
      const path = `/customers/${customer}/wallet/default:USD`;
      const account = await world.api.read(`${path}?as_of=${at}`);
      expect(account).toEqual(then.accounts[0]);
      const grants = await world.api.read(`${path}/grants?as_of=${at}`);
      expect(grants['items']).toEqual(then.grants);
      expect(grants['total_count']).toBe(then.grants.length);
    }
  });

  it('counts grants that came into effect or expired by then, whenever that was posted', async () => {
    const customer = world.customer();
    const effective = addMilliseconds(clock.now(), 2 * HOUR_MS);
    const expires = addMilliseconds(clock.now(), 4 * HOUR_MS);
    await world.topUp(customer, 10);
    await world.topUp(customer, 5, { effective_at: effective, expires_at: expires });
    const given = tick();
    // Nobody looks at the wallet in between: nothing of it is posted when it happens.
    clock.advance(6 * HOUR_MS);
    const before = addMilliseconds(effective, -1);
    const beforeExpiry = addMilliseconds(expires, -1);
    const availableAt = async (at: string) => (await asOf(customer, at))[0].available;
    const figures = async () => ({
      given: await availableAt(given),
      before: await availableAt(before),
      effective: await availableAt(effective),
      beforeExpiry: await availableAt(beforeExpiry),
      expired: await availableAt(expires),
    });
    const expected = {
      given: '10',
      before: '10',
      effective: '15',
      beforeExpiry: '15',
      expired: '10',
    };
    expect(await figures()).toEqual(expected);
    await world.topUp(customer, 1);
    expect(await figures()).toEqual(expected);
    const list = `/customers/${customer}/wallet/default:USD/grants?as_of=`;
    const then = await world.api.read(`${list}${effective}&exclude_expired=true`);
    expect(then['items']).toMatchObject([
      { amount: '5', available: '5', burn_position: 1 },
      { amount: '10', available: '10', burn_position: 2 },
    ]);
    const later = await world.api.read(`${list}${expires}&exclude_expired=true`);
    expect(later['items']).toMatchObject([{ amount: '10', burn_position: 1 }]);
  });

  it('has no accounts before the first one was opened', async () => {
    const before = clock.now();
    tick();
    const customer = world.customer();
    await world.topUp(customer, 1);
    expect(await asOf(customer, before)).toEqual([]);
    const path = `/customers/${customer}/wallet/default:USD`;
    expect((await world.api.get(`${path}?as_of=${before}`)).status).toBe(404);
    expect((await world.api.get(`${path}/grants?as_of=${before}`)).status).toBe(404);
  });

  it.each([
    ['2999-01-01T00:00:00Z', 'as_of_in_future'],
    ['yesterday', 'invalid_instant'],
    ['2026-02-30T00:00:00Z', 'invalid_instant'],
    ['', 'invalid_instant'],
  ])('refuses as_of=%j with %s', async (at, code) => {
    const customer = world.customer();
    await world.topUp(customer, 1);
    const wallet = `/customers/${customer}/wallet`;
    for (const path of [wallet, `${wallet}/default:USD`, `${wallet}/default:USD/grants`]) {
      const answer = await world.api.get(`${path}?as_of=${encodeURIComponent(at)}`);
      expect(answer.status).toBe(422);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.body.errors).toMatchObject([{ code }]);
    }
  });
});

describe('A statement', () => {
  let customer: string;
  let list: string;
  beforeAll(async () => {
    customer = world.customer();
    list = `/customers/${customer}/wallet/transactions`;
    for (let count = 1; count <= 30; count += 1) {
      const more = { reason: count % 2 ? 'gift' : 'other', description: `=${count}` };
      await world.topUp(customer, count, count % 3 ? more : { ...more, ...EUR });
      tick();
    }
    await world.api.create(`/customers/${customer}/wallet/charges`, {
      transaction_id: '5d0b2c1e-8f3a-4c7d-9b6e-1a2b3c4d5e6f',
      asset: 'USD',
      amount: '1.25',
      subject: 'job, "one"',
    });
    await world.statementsMade();
  });

  const csv = async (query = '') =>
    fetch(`${world.service.url}${list}${query}`, {
      headers: {
        authorization: `Bearer ${world.service.key('acc_test', 'live', ['read'])}`,
        accept: 'text/csv',
      },
    });

  it('has the balance after each transaction, per account', async () => {
    const usd = (await world.api.read(`${list}?account_id=DEFAULT:usd&limit=100`))['items'];
    expect(usd).toHaveLength(21);
    usd.forEach((item: Json, index: number) => {
      const before = usd[index + 1]?.balance ?? '0';
      expect(Number(item.balance)).toBe(Number(before) + Number(item.amount));
    });
    expect(await world.api.read(`${list}/${usd[0].id}`)).toEqual(usd[0]);
  });

  it('is filtered by type, subject and period, alone and together', async () => {
    const all = (await world.api.read(`${list}?limit=100`))['items'];
    const count = async (query: string) =>
      (await world.api.read(`${list}?${query}`))['total_count'];
    expect(await count('type=charge')).toBe(1);
    expect(await count('type=adjustment')).toBe(30);
    expect(await count('type=hold')).toBe(0);
    expect(await count(`subject=${encodeURIComponent('job, "one"')}`)).toBe(1);
    expect(await count('subject=job')).toBe(0);
    const from = all[9].created_at;
    const to = all[4].created_at;
    expect(await count(`period_from=${from}&period_to=${to}`)).toBe(6);
    const inEuros = all.slice(4, 10).filter((item: Json) => item.asset === 'EUR').length;
    const together = `account_id=default:EUR&type=adjustment&period_from=${from}&period_to=${to}`;
    expect(await count(together)).toBe(inEuros);
    expect(await count('period_from=2026-03-01&period_to=2026-03-01')).toBe(31);
    expect(await count('period_to=2026-02-28')).toBe(0);
  });

  it('pages by cursor show each older transaction once while new ones come', async () => {
    const before = (await world.api.read(`${list}?limit=100`))['items'].map(({ id }: Json) => id);
    const seen: string[] = [];
    let cursor = '';
    do {
      const answer = await world.api.read(`${list}?limit=7${cursor && `&cursor=${cursor}`}`);
      seen.push(...answer['items'].map(({ id }: Json) => id));
      cursor = answer['next_cursor'] ?? '';
      await world.topUp(customer, 1, EUR);
      await world.statementsMade();
    } while (cursor !== '');
    expect(seen).toEqual(before);
    const offset = await world.api.read(`${list}?limit=7&offset=7`);
    const first = await world.api.read(`${list}?limit=14`);
    expect(offset['items']).toEqual(first['items'].slice(7));
  });

  it('is one whole CSV file when that is accepted', async () => {
    const answer = await csv('?account_id=default:USD');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/csv');
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="statement-${customer}.csv"`,
    );
    const lines = (await answer.text()).split('\r\n');
    expect(lines.pop()).toBe('');
    expect(lines[0]).toMatch(/^id,type,account_id,asset,amount,balance,/);
    expect(lines).toHaveLength(22);
    expect(lines[1]).toContain(',charge,default:USD,USD,-1.25,');
    expect(lines[1]).toContain(',"job, ""one""",');
    expect(lines[2]).toContain(",'=29,");
  });

  it('is streamed as a file of any length', async () => {
    await world.database.query(
      `INSERT INTO wallet_transaction
       SELECT platform, mode, 'cust_long', n, 0, 'long_' || n, type, account_id, asset, amount, balance,
              description, subject, event_id, lots, metadata, created_at
       FROM wallet_transaction, generate_series(1, 2500) AS n
       WHERE customer_id = $1 AND type = 'charge'`,
      [customer],
    );
    const rows = [];
    const key = { platform: 'acc_test', mode: 'live', customerId: 'cust_long' } as const;
    const all = world.statements().all({ ...key, partition: 0, id: '', tenantId: '' }, {});
    for await (const some of all) rows.push(...some.map(({ transactionId }) => transactionId));
    expect(rows).toEqual(Array.from({ length: 2500 }, (_, index) => `long_${2500 - index}`));
  });

  it.each([
    ['limit=10', 'limit', 'not_supported'],
    ['offset=10', 'offset', 'not_supported'],
    ['type=gift', 'type', 'invalid_value'],
    ['period_from=2026-03-02&period_to=2026-03-01', 'period_from', 'invalid_period'],
    ['period_from=soon', 'period_from', 'invalid_period'],
    ['colour=red', 'colour', 'unknown_parameter'],
  ])('as CSV refuses ?%s with a problem', async (query, parameter, code) => {
    const answer = await csv(`?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const { errors } = (await answer.json()) as Json;
    expect(errors).toMatchObject([{ pointer: expect.stringContaining(parameter), code }]);
  });
});

describe('The trial balance', () => {
  it('says what every ledger account has, and adds up to zero while others write', async () => {
    const customer = world.customer();
    await world.topUp(customer, 100);
    let writing = true;
    const busy = Array.from({ length: 4 }, async () => {
      while (writing) {
        await world.debit(rated(customer, { USD: '0.01' }));
        await world.topUp(world.customer(), 1);
      }
    });
    try {
      for (let round = 0; round < 20; round += 1) {
        const books = await world.api.read('/admin/trial-balance?detail=true');
        expect(books['balanced']).toBe(true);
        for (const { sum } of books['assets']) expect(sum).toBe('0');
      }
    } finally {
      writing = false;
      await Promise.all(busy);
    }
    await world.statementsMade();
    const plain = await world.api.read('/admin/trial-balance');
    expect(plain['assets'][0]).not.toHaveProperty('accounts');
    const books = await world.api.read('/admin/trial-balance?detail=true');
    const usd = books['assets'].find(({ asset }: Json) => asset === 'USD');
    const audited = await world.api.create('/admin/audit', undefined);
    expect(audited).toMatchObject({ ok: true, differences: [] });
    const byAccount = new Map<string, Decimal>();
    for (const fact of await loggedFacts<WalletPostedV1>(world.database, 'wallet.posted.v1'))
      for (const { account, amount } of 'asset' in fact && fact.asset === 'USD' ? fact.legs : [])
        byAccount.set(account, decimal(amount).plus(byAccount.get(account) ?? ZERO));
    expect(usd.accounts.map(({ account, balance }: Json) => [account, Number(balance)])).toEqual(
      [...byAccount].sort().map(([account, balance]) => [account, Number(wire(balance))]),
    );
  });
});
