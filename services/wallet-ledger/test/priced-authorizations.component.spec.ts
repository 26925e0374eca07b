/** Authorizations that the server prices, with rating and the catalog answering as theirs. */
import { type InternalOperations, newId, newUuid } from '@kontor/contracts';
import {
  FakeClock,
  type Json,
  loggedFacts,
  openTestService,
  pollUntil,
  type TestService,
} from '@kontor/testkit';
import { DependencyDown } from '@kontor/service-host';
import { walletLedgerService } from '../src';

type Priced = InternalOperations['rating.price-usage']['response'];

/** A fee in each of these assets. */
const fee = (
  priceId: string,
  amounts: Readonly<Record<string, string>>,
): Priced['fees'][number] => ({
  productId: 'prp_1',
  productCode: 'video',
  productVersion: 1,
  priceId,
  priceName: 'Video',
  usageType: 'volume',
  volumeField: 'minutes',
  dimensions: { speed: 'fast' },
  alternatives: Object.entries(amounts).map(([asset, amount]) => ({
    asset,
    amount,
    inputVolume: amount,
    volumeRate: '1',
    packageSize: '1',
    description: 'Fast',
  })),
});

describe('priced authorizations over HTTP', () => {
  let service: TestService;
  const clock = new FakeClock('2026-03-01T00:00:00.000000Z');
  const known = new Set<string>();
  let priced: Priced | 'down' = { fees: [] };
  let asked: InternalOperations['rating.price-usage']['request'][] = [];

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
          codes: codes.filter((code) => ['USD', 'MIN', 'PTS'].includes(code)),
        }),
        'catalog.find-rates': (_tenant, { assets }) => ({
          rates: assets.includes('MIN') ? [{ asset: 'MIN', rate: null, inverseRate: '10' }] : [],
        }),
        'ingestion-gateway.find-usage-heads': () => ({ heads: [] }),
        'rating.price-usage': (_tenant, request) => {
          asked.push(request);
          if (priced === 'down') throw new DependencyDown('rating');
          return priced;
        },
      },
    });
  });
  afterAll(() => service.stop());
  beforeEach(() => {
    asked = [];
    priced = { fees: [fee('prc_1', { USD: '2' })] };
  });

  async function funded(amount: string, asset = 'USD', id = newId('cust')): Promise<string> {
    known.add(id);
    await service.api.create(`/customers/${id}/wallet/adjustments`, {
      transaction_id: newUuid(),
      asset,
      amount,
      reason: 'external_topup',
    });
    return id;
  }
  const authorize = (customer: string, more: object = {}, options: object = {}) =>
    service.api.post(
      '/authorizations',
      { customer_id: customer, event_type: 'video', data: { minutes: 2, speed: 'fast' }, ...more },
      options,
    );
  const heldBy = async (customer: string, asset = 'USD'): Promise<string> =>
    (await service.api.read(`/customers/${customer}/wallet/default:${asset}`)).held as string;

  it('hold what the usage would cost now, and show the fees', async () => {
    const customer = await funded('5');
    const { status, body } = await authorize(customer);
    expect(asked).toEqual([
      {
        customerId: customer,
        eventType: 'video',
        data: { minutes: 2, speed: 'fast' },
        at: clock.now(),
      },
    ]);
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'authorized', amount: '2', asset: 'USD', available: '2' });
    expect(body.fees).toEqual([
      {
        product_id: 'prp_1',
        product_code: 'video',
        product_version: 1,
        price_id: 'prc_1',
        price_name: 'Video',
        currency: 'USD',
        dimensions: { speed: 'fast' },
        usage_type: 'volume',
        volume_field: 'minutes',
        input_volume: '2',
        volume_rate: '1',
        package_size: '1',
        description: 'Fast',
        amount: '2',
      },
    ]);
    expect(await service.api.read(`/authorizations/${body.id}`)).toEqual(body);
    expect(await heldBy(customer)).toBe('2');
  });

  it('get the first answer again under their id, whatever the price is by then', async () => {
    const customer = await funded('9');
    const id = newUuid();
    const first = await authorize(customer, { id });
    const dearer: Priced = { fees: [fee('prc_1', { USD: '3' })] };
    for (const now of [dearer, 'down' as const]) {
      priced = now;
      expect(await authorize(customer, { id })).toMatchObject({ status: 201, body: first.body });
    }
    expect(await authorize(customer, { id, data: { minutes: 3 } })).toMatchObject({
      status: 409,
      body: { code: 'authorization_id_reused' },
    });
    expect(await heldBy(customer)).toBe('2');
  });

  it('are one under one Idempotency-Key', async () => {
    const customer = await funded('9');
    const options = { headers: { 'idempotency-key': newUuid() } };
    const first = await authorize(customer, {}, options);
    priced = 'down';
    expect(await authorize(customer, {}, options)).toMatchObject({ status: 201, body: first.body });
    expect(await authorize(customer, { subject: 'x' }, options)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
  });

  it('of the same id at the same time are one', async () => {
    const customer = await funded('9');
    const id = newUuid();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => authorize(customer, { id })),
    );
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await heldBy(customer)).toBe('2');
  });

  it('hold the first listed asset that has enough', async () => {
    const customer = await funded('1', 'MIN');
    await funded('5', 'USD', customer);
    priced = { fees: [fee('prc_1', { MIN: '2', USD: '1' })] };
    expect((await authorize(customer)).body).toMatchObject({ asset: 'USD', amount: '1' });
    await funded('1', 'MIN', customer);
    expect((await authorize(customer)).body).toMatchObject({ asset: 'MIN', amount: '2' });
    expect((await authorize(customer, { asset: 'USD' })).body).toMatchObject({ asset: 'USD' });
    expect(await authorize(customer, { asset: 'PTS' })).toMatchObject({
      status: 422,
      body: { code: 'asset_not_priced', errors: [{ pointer: '/asset' }] },
    });
  });

  it('of fees that need several assets are refused', async () => {
    priced = { fees: [fee('prc_1', { MIN: '2' }), fee('prc_2', { USD: '1' })] };
    expect(await authorize(await funded('5'))).toMatchObject({
      status: 422,
      body: { code: 'authorization_mixed_assets' },
    });
  });

  it('of more fees than a fact can hold are refused, and nothing is held', async () => {
    const customer = await funded('900');
    const wordy = { ...fee('prc', { USD: '1' }), priceName: 'x'.repeat(2_000) };
    priced = { fees: Array.from({ length: 100 }, () => wordy) };
    expect(await authorize(customer)).toMatchObject({
      status: 413,
      body: { code: 'request_too_large' },
    });
    expect(await heldBy(customer)).toBe('0');
  });

  it('take the external id of a customer wherever its id is taken, however long', async () => {
    expect(await authorize(`ext_${'x'.repeat(255)}`)).toMatchObject({
      status: 422,
      body: { code: 'unknown_customer' },
    });
  });

  it('that are too dear are answered 402', async () => {
    expect(await authorize(await funded('1.5'))).toMatchObject({
      status: 402,
      body: { code: 'insufficient_funds', requested: '2', available: '1.5', asset: 'USD' },
    });
  });

  it('of free usage are given to everybody, and captured like others', async () => {
    const customer = await funded('1');
    priced = { fees: [fee('prc_1', { USD: '0' })] };
    const { status, body } = await authorize(customer);
    expect([status, body.amount, body.fees[0].amount]).toEqual([201, '0', '0']);
    expect((await service.api.post(`/authorizations/${body.id}/capture`, {})).body).toMatchObject({
      status: 'captured',
      captured: '0',
    });
    known.add('cust_penniless');
    expect((await authorize('cust_penniless')).status).toBe(201);
  });

  it.each([
    ['no_subscription', '/customer_id'],
    ['no_matching_price', '/event_type'],
    ['volume_field_missing', '/data'],
    ['volume_field_invalid', '/data'],
    ['no_matching_dimension', '/data'],
  ] as const)('of usage without a price are refused: %s', async (unratedReason, pointer) => {
    priced = { fees: [], unratedReason };
    expect(await authorize(await funded('5'))).toMatchObject({
      status: 422,
      body: { code: unratedReason, errors: [{ pointer, code: unratedReason }] },
    });
  });

  it('hold nothing while rating does not answer, and say when to come again', async () => {
    const customer = await funded('5');
    priced = 'down';
    const answer = await authorize(customer, { id: newUuid() });
    expect(answer).toMatchObject({ status: 503, body: { code: 'dependency_down' } });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await heldBy(customer)).toBe('0');
  });

  it('and charges in an asset of the platform are worth what its rate says', async () => {
    const customer = await funded('5', 'MIN');
    priced = { fees: [fee('prc_1', { MIN: '2' })] };
    const { body } = await authorize(customer);
    await service.api.post(`/authorizations/${body.id}/capture`, {});
    await service.api.create(`/customers/${customer}/wallet/charges`, {
      transaction_id: newUuid(),
      asset: 'MIN',
      amount: 1,
    });
    const worth = await pollUntil(async () => {
      const facts = await loggedFacts<Json>(service.runtime.database, 'wallet.posted.v1');
      const found = facts.filter(({ key, fiatRate }) => key === customer && fiatRate !== undefined);
      return found.length === 2 && found;
    });
    expect(worth.map((fact) => [fact.type, fact.fiatRate, fact.fiatValue]).sort()).toEqual([
      ['wallet.funds-charged', '0.1', '0.1'],
      ['wallet.hold-captured', '0.1', '0.2'],
    ]);
  });
});
