import { addMilliseconds, newId, newUuid } from '@kontor/contracts';
import {
  FakeClock,
  type Json,
  openTestService,
  pollUntil,
  type TestService,
} from '@kontor/testkit';
import { walletLedgerService } from '../src';

const EXPIRY_S = 900;

describe('authorizations over HTTP', () => {
  let service: TestService;
  const clock = new FakeClock('2026-03-01T00:00:00.000000Z');
  const known = new Set<string>();
  /** How far the gateway says usage was accepted; partitions that it does not name have none. */
  let usageHeads: { partition: number; position: number }[] = [];

  let gatewayAnswers = true;
  let ratingProgress: { partition: number; usage: number; rated: number }[] = [];

  beforeAll(async () => {
    service = await openTestService(walletLedgerService, {
      clock,
      owners: ['catalog', 'rating'],
      answers: {
        'catalog.resolve-customers': (_tenant, { customerIds }) => ({
          head: 0,
          customers: customerIds
            .filter((id) => known.has(id))
            .map((customerId) => ({ customerId, externalId: null, position: 0 })),
        }),
        'catalog.find-assets': (_tenant, { codes }) => ({
          codes: codes.filter((code) => ['USD', 'MIN'].includes(code)),
        }),
        'ingestion-gateway.find-usage-heads': () => {
          if (!gatewayAnswers) throw new Error('the gateway does not answer');
          return { heads: usageHeads };
        },
        'rating.find-progress': () => ({ partitions: ratingProgress }),
      },
    });
  });
  afterAll(() => service.stop());

  async function funded(amount: string, more: object = {}): Promise<string> {
    const id = newId('cust');
    known.add(id);
    await service.api.create(`/customers/${id}/wallet/adjustments`, {
      transaction_id: newUuid(),
      asset: 'USD',
      amount,
      reason: 'external_topup',
      ...more,
    });
    return id;
  }
  const authorize = (customer: string, amount: unknown, more: object = {}) =>
    service.api.post('/authorizations', { customer_id: customer, amount, ...more });
  const capture = (id: string, body: object = {}, headers = {}) =>
    service.api.post(`/authorizations/${id}/capture`, body, { headers });
  const voiding = (id: string) => service.api.post(`/authorizations/${id}/void`, {});
  const accountOf = (customer: string): Promise<Json> =>
    service.api.read(`/customers/${customer}/wallet/default:USD`);
  /** The next write of the ledger is committed, and the connection breaks before it is answered. */
  function loseNextAnswer(): void {
    const { database } = service.runtime;
    const query = database.query.bind(database);
    database.query = async <Row extends object>(...args: Parameters<typeof query>) => {
      const rows = await query<Row>(...args);
      if (args[2]?.name !== 'ledger_write') return rows;
      database.query = query;
      throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' });
    };
  }
  const later = (seconds: number): void => void clock.advance(seconds * 1_000);

  it('hold an amount, and show it in the wallet', async () => {
    const customer = await funded('5');
    const answer = await authorize(customer, '3', { subject: 'chat-1', metadata: { a: 1 } });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      id: expect.stringMatching(/^auth_[0-9a-z]{26}$/),
      status: 'authorized',
      amount: '3',
      asset: 'USD',
      captured: '0',
      available: '3',
      subject: 'chat-1',
    });
    expect(await accountOf(customer)).toMatchObject({ available: '2', held: '3' });
    expect(await service.api.read(`/authorizations/${answer.body.id}`)).toEqual(answer.body);
  });

  it('of 3 beside 3 on 5: one passes, the other is told what there is', async () => {
    const customer = await funded('5');
    const answers = await Promise.all([authorize(customer, '3'), authorize(customer, '3')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 402]);
    expect(answers.find(({ status }) => status === 402)!.body).toMatchObject({
      code: 'insufficient_funds',
      requested: '3',
      available: '2',
      asset: 'USD',
    });
  });

  it('with an id of the client are one, and refused with other content', async () => {
    const customer = await funded('5');
    const id = newUuid();
    const first = await authorize(customer, '3', { id });
    expect(await authorize(customer, 3, { id: id.toUpperCase() })).toMatchObject({
      status: 201,
      body: first.body,
    });
    expect(await authorize(customer, '2', { id })).toMatchObject({
      status: 409,
      body: { code: 'authorization_id_reused' },
    });
    expect((await capture(id.toUpperCase())).body).toMatchObject({ id, status: 'captured' });
  });

  it('are captured in parts; the rest goes back at the last', async () => {
    const customer = await funded('5');
    const { body } = await authorize(customer, '4');
    expect(await capture(body.id, { amount: '1' })).toMatchObject({
      status: 200,
      body: { status: 'authorized', captured: '1', available: '3' },
    });
    expect(await capture(body.id, { amount: '3.01' })).toMatchObject({
      status: 409,
      body: { code: 'capture_exceeds_hold', requested: '3.01', available: '3' },
    });
    expect((await capture(body.id, { amount: '2', final: true })).body).toMatchObject({
      status: 'captured',
      captured: '3',
      available: '0',
    });
    expect(await accountOf(customer)).toMatchObject({ available: '2', held: '0' });
  });

  it('that ended answer the same request again, and refuse any other by what they are', async () => {
    const customer = await funded('9');
    const [one, two] = [await authorize(customer, '4'), await authorize(customer, '4')];
    const first = await capture(one.body.id);
    expect(await capture(one.body.id)).toMatchObject({ status: 200, body: first.body });
    for (const again of [await capture(one.body.id, { amount: 1 }), await voiding(one.body.id)])
      expect(again).toMatchObject({ status: 409, body: { code: 'authorization_captured' } });
    expect((await voiding(two.body.id)).body).toMatchObject({ status: 'voided', captured: '0' });
    expect((await voiding(two.body.id)).status).toBe(200);
    expect(await capture(two.body.id)).toMatchObject({
      status: 409,
      body: { code: 'authorization_voided' },
    });
    expect(await accountOf(customer)).toMatchObject({ available: '5', held: '0' });
  });

  it('are captured once under one Idempotency-Key', async () => {
    const customer = await funded('5');
    const { body } = await authorize(customer, '4');
    const key = { 'idempotency-key': newUuid() };
    const first = await capture(body.id, { amount: 1 }, key);
    expect(await capture(body.id, { amount: 1 }, key)).toMatchObject({ body: first.body });
    expect(await capture(body.id, { amount: 2 }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    await capture(body.id, { amount: 1 });
    expect(await service.api.read(`/authorizations/${body.id}`)).toMatchObject({ captured: '2' });
  });

  it('that ended are not captured again under another Idempotency-Key', async () => {
    const customer = await funded('5');
    const { body } = await authorize(customer, '4');
    const [one, two] = [{ 'idempotency-key': newUuid() }, { 'idempotency-key': newUuid() }];
    const last = { amount: 1, final: true };
    const first = await capture(body.id, last, one);
    expect(await capture(body.id, last, two)).toMatchObject({
      status: 409,
      body: { code: 'authorization_captured' },
    });
    expect(await capture(body.id, last, one)).toMatchObject({ status: 200, body: first.body });
  });

  it('are captured once in part when the database’s answer is lost, also without a key', async () => {
    const customer = await funded('5');
    const { body } = await authorize(customer, '4');
    loseNextAnswer();
    expect(await capture(body.id, { amount: 1 })).toMatchObject({
      status: 200,
      body: { status: 'authorized', captured: '1', available: '3' },
    });
    expect(await accountOf(customer)).toMatchObject({ available: '1', held: '3' });
  });

  it('expire by themselves, and give back when the grace is over and usage is applied', async () => {
    const customer = await funded('5');
    const { body } = await authorize(customer, '3');
    await capture(body.id, { amount: 1 });
    later(EXPIRY_S);
    expect(await service.api.read(`/authorizations/${body.id}`)).toMatchObject({
      status: 'expired',
      captured: '1',
      available: '0',
    });
    expect(await capture(body.id)).toMatchObject({
      status: 409,
      body: { code: 'authorization_expired' },
    });
    expect(await accountOf(customer)).toMatchObject({ available: '2', held: '2' });
    usageHeads = Array.from({ length: 8 }, (_, partition) => ({ partition, position: 7 }));
    later(60);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await accountOf(customer)).toMatchObject({ held: '2' });
    await service.runtime.database.query(
      'INSERT INTO applied_usage SELECT partition, 7 FROM generate_series(0, 7) AS partition',
    );
    await pollUntil(async () => (await accountOf(customer)).held === '0');
    expect(await accountOf(customer)).toMatchObject({ available: '4' });
    expect(await voiding(body.id)).toMatchObject({
      status: 409,
      body: { code: 'authorization_expired' },
    });
  });

  it('give back when the usage they wait for was rated and left no fee to debit', async () => {
    usageHeads = Array.from({ length: 8 }, (_, partition) => ({ partition, position: 9 }));
    ratingProgress = usageHeads.map(({ partition }) => ({ partition, usage: 8, rated: 0 }));
    const customer = await funded('5');
    await authorize(customer, '3');
    later(EXPIRY_S + 60);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await accountOf(customer)).toMatchObject({ held: '3' });
    ratingProgress = usageHeads.map(({ partition }) => ({ partition, usage: 9, rated: 0 }));
    await pollUntil(async () => (await accountOf(customer)).held === '0');
    usageHeads = [];
  });

  it('wait for the gateway, and hold up nobody else', async () => {
    gatewayAnswers = false;
    const waiting = await funded('5');
    await authorize(waiting, '3');
    later(1);
    const other = await funded('5', { expires_at: addMilliseconds(clock.now(), 962_000) });
    later(EXPIRY_S + 70);
    await pollUntil(async () => {
      const { items } = await service.api.read(`/customers/${other}/wallet/transactions`);
      return items.some(({ type }: Json) => type === 'expiry');
    });
    expect(await accountOf(waiting)).toMatchObject({ held: '3' });
    gatewayAnswers = true;
    await pollUntil(async () => (await accountOf(waiting)).held === '0');
  });

  it('are not another platform’s, nor made up', async () => {
    const customer = await funded('5');
    const { body } = await authorize(customer, '3');
    const stranger = service.api.as(service.key('acc_other', 'live', ['read', 'write']));
    expect((await stranger.get(`/authorizations/${body.id}`)).status).toBe(404);
    expect((await stranger.post(`/authorizations/${body.id}/void`, {})).status).toBe(404);
    expect((await capture('auth_00000000000000000000000000')).status).toBe(404);
  });

  it.each([
    ['/amount', { amount: 0 }, 'amount_not_positive'],
    ['/amount', { amount: -1 }, 'amount_not_positive'],
    ['/asset', { asset: 'XQX' }, 'unknown_asset'],
    ['/expires_in', { expires_in: 604_801 }, 'too_big'],
    ['/amount', { event_type: 'tokens' }, 'amount_or_event_type'],
    ['/data', { data: {} }, 'amount_or_event_type'],
    ['/colour', { colour: 'red' }, 'unknown_field'],
  ])('with a wrong %s are refused: %j', async (pointer, change, code) => {
    const answer = await authorize(await funded('5'), 1, change);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toMatchObject([{ pointer, code }]);
  });

  it('stand in the statement, each with what it did to what is available', async () => {
    const customer = await funded('5');
    const { body } = await authorize(customer, '4');
    await capture(body.id, { amount: '1', final: true });
    const path = `/customers/${customer}/wallet/transactions`;
    const list = await pollUntil(async () => {
      const { items } = await service.api.read(path);
      return items.length === 4 && items;
    });
    expect(list.map(({ type, amount, balance }: Json) => [type, amount, balance])).toEqual([
      ['release', '3', '4'],
      ['capture', '0', '1'],
      ['hold', '-4', '1'],
      ['adjustment', '5', '5'],
    ]);
    for (const { id } of list) expect((await service.api.read(`${path}/${id}`)).id).toBe(id);
  });

  it('charges are taken whole, once, or refused', async () => {
    const customer = await funded('5');
    const charge = (amount: number, transactionId = newUuid()) =>
      service.api.post(`/customers/${customer}/wallet/charges`, {
        transaction_id: transactionId,
        asset: 'USD',
        amount,
        input_units: 2,
        unit_price: 1,
      });
    const id = newUuid();
    expect(await charge(2, id)).toMatchObject({ status: 201, body: { id } });
    expect((await charge(2, id)).status).toBe(201);
    expect((await charge(1, id)).body).toMatchObject({ code: 'transaction_id_reused' });
    expect((await charge(4)).status).toBe(402);
    expect(await accountOf(customer)).toMatchObject({ available: '3' });
  });

  it('go as far below zero as the policy of the account says', async () => {
    const customer = await funded('5');
    const path = `/customers/${customer}/wallet/default:usd`;
    const limited = { overdraft: { mode: 'limit', limit: 2 } };
    expect(await service.api.patch(path, limited)).toMatchObject({
      status: 200,
      body: { id: 'default:USD', overdraft: { mode: 'limit', limit: '2' } },
    });
    expect((await service.api.patch(path, limited)).status).toBe(200);
    expect((await authorize(customer, '7')).status).toBe(201);
    expect((await authorize(customer, '0.01')).status).toBe(402);
    expect((await service.api.patch(path, { overdraft: { mode: 'some' } })).status).toBe(422);
    expect((await service.api.patch(`${path}x`, limited)).status).toBe(404);
  });

  it('are exact to the last of 12 decimals, at the largest amounts', async () => {
    const most = '999999999999999.999999999999';
    const customer = await funded(most);
    for (const amount of ['0.000000000001', most])
      await service.api.create(`/customers/${customer}/wallet/adjustments`, {
        transaction_id: newUuid(),
        asset: 'USD',
        amount,
        reason: 'external_topup',
      });
    expect(await accountOf(customer)).toMatchObject({
      available: '1999999999999999.999999999999',
    });
    const { body } = await authorize(customer, most);
    expect(await capture(body.id, { amount: '0.000000000001', final: true })).toMatchObject({
      body: { captured: '0.000000000001' },
    });
    expect(await accountOf(customer)).toMatchObject({
      available: '1999999999999999.999999999998',
      held: '0',
    });
    expect((await authorize(customer, '1000000000000000')).status).toBe(422);
    expect((await authorize(customer, '0.0000000000001')).status).toBe(422);
    expect((await service.api.read('/admin/trial-balance')).balanced).toBe(true);
  });

  it('use grants only while they last', async () => {
    const customer = await funded('5', { expires_at: '2027-01-01T00:00:00Z' });
    await service.api.create(`/customers/${customer}/wallet/adjustments`, {
      transaction_id: newUuid(),
      asset: 'USD',
      amount: 3,
      reason: 'gift',
      effective_at: '2026-12-01T00:00:00Z',
      expires_at: '2027-02-01T00:00:00Z',
    });
    expect(await accountOf(customer)).toMatchObject({ available: '5' });
    later(280 * 86_400);
    expect(await accountOf(customer)).toMatchObject({ available: '8' });
    later(60 * 86_400);
    await pollUntil(async () => {
      const { items } = await service.api.read(`/customers/${customer}/wallet/transactions`);
      return items.some(({ type }: Json) => type === 'expiry');
    });
    expect(Number((await accountOf(customer)).available)).toBeLessThanOrEqual(3);
  });
});
