/** Cost attribution alone, with its real database: vendors over HTTP, costs as facts. */
import type {
  CatalogV1,
  CostCatalogV1,
  UsageCost,
  UsageCostsAttributed,
  UsageRecorded,
} from '@kontor/contracts';
import { buildRecords } from '@kontor/event-log';
import {
  type ApiClient,
  FakeClock,
  openTestService,
  pollUntil,
  storedFacts,
  type TestService,
} from '@kontor/testkit';
import { costAttributionService } from '../src/index';

let service: TestService;
let api: ApiClient;
beforeAll(async () => {
  service = await openTestService(costAttributionService, {
    owners: ['catalog', 'ingestion-gateway'],
    clock: new FakeClock('2026-02-17T09:42:22.470555Z'),
  });
  api = service.api;
});
afterAll(() => service.stop());

const COST_ID = '68116730-e125-408b-8f75-90f1fb9aa7dd';
const AT = '2026-01-01T00:00:00.000000Z';
let names = 0;
const newName = (): string => `vendor ${(names += 1)}`;

async function publish(
  owner: 'catalog' | 'ingestion-gateway',
  facts: readonly (CatalogV1 | UsageRecorded)[],
): Promise<{ topic: string; partition: number; position: number }[]> {
  const { log, database } = service.owner(owner);
  const topic = owner === 'catalog' ? 'catalog.v1' : 'usage.recorded.v1';
  const positions = await database.transaction((tx) => log.append(tx, buildRecords(topic, facts)));
  log.committed(positions);
  return positions;
}
const rateSet = (asset: string, rate: string, platform = 'acc_test'): CatalogV1 => ({
  type: 'catalog.asset-rate-set',
  platform,
  mode: 'live',
  key: platform,
  asset,
  source: 'USD',
  rate,
  inverseRate: null,
  validFrom: AT,
  at: AT,
});
const cost = (amount: string, currency = 'USD', over: Partial<UsageCost> = {}): UsageCost => ({
  costId: COST_ID,
  vendorId: 'vnd_1',
  amount,
  currency,
  sent: { amount },
  ...over,
});
let events = 0;
const usage = (
  costs: UsageCost[] | undefined,
  over: Partial<UsageRecorded> = {},
): UsageRecorded => ({
  type: 'usage.recorded',
  platform: 'acc_test',
  mode: 'live',
  key: 'cust_1',
  eventId: `00000000-0000-4000-8000-${String((events += 1)).padStart(12, '0')}`,
  eventType: 'video_generated',
  occurredAt: '2026-01-05T14:32:18.000000Z',
  occurredAtText: '2026-01-05T14:32:18Z',
  recordedAt: '2026-01-05T14:32:19.000000Z',
  heads: { catalog: 0, costCatalog: 0 },
  ...(costs && { costs }),
  ...over,
});

interface StoredRecord {
  readonly facts: string;
  readonly partition: number;
  readonly cause_partition: number;
  readonly cause_position: string;
}
const recordsOf = (topic: string): Promise<StoredRecord[]> =>
  service.runtime.database.query(
    'SELECT * FROM log_record WHERE topic = $1 ORDER BY partition, position',
    [topic],
  );
async function attributed(usages: readonly UsageRecorded[]): Promise<UsageCostsAttributed[]> {
  return pollUntil(
    async () => {
      const facts = (await recordsOf('cost.attributed.v1')).flatMap((record) =>
        storedFacts<UsageCostsAttributed>(record.facts),
      );
      const found = usages.map(({ eventId }) => facts.filter((fact) => fact.eventId === eventId));
      return found.every((list) => list.length > 0) ? found.flat() : undefined;
    },
    { what: 'attributed costs' },
  );
}

describe('vendors', () => {
  it('are made as the reference text says, under both paths', async () => {
    const first = await api.post('/events/vendors', { name: 'OpenAI', external_id: 'openai' });
    expect(first.status).toBe(201);
    expect(first.body).toEqual({
      id: expect.stringMatching(/^vnd_[0-9a-hjkmnp-tv-z]{26}$/) as string,
      created_at: '2026-02-17T09:42:22.470555Z',
    });
    expect(first.headers.get('kontor-position')).toMatch(/^cost\.catalog\.v1:0:\d+$/);
    const second = await api.post('/vendors', { name: 'Anthropic' });
    expect(second.status).toBe(201);
    const facts = (await recordsOf('cost.catalog.v1')).flatMap(
      (record) => JSON.parse(record.facts) as CostCatalogV1[],
    );
    expect(facts.slice(-2)).toMatchObject([
      { vendorId: first.body.id, name: 'OpenAI', externalId: 'openai', key: 'acc_test' },
      { vendorId: second.body.id, name: 'Anthropic' },
    ]);
  });

  it('are found by id at once', async () => {
    const { id } = await api.create('/vendors', { name: 'Google', external_id: 'google' });
    expect(await api.read(`/vendors/${id}`)).toEqual({
      id,
      external_id: 'google',
      name: 'Google',
      created_at: '2026-02-17T09:42:22.470555Z',
    });
    expect((await api.get('/vendors/vnd_none')).status).toBe(404);
  });

  it('have an external id once per platform and mode', async () => {
    const body = { name: newName(), external_id: 'taken' };
    await api.create('/vendors', body);
    const again = await api.post('/vendors', body);
    expect([again.status, again.body.code]).toEqual([409, 'external_id_taken']);
    for (const key of [service.key('acc_other'), service.key('acc_test', 'test')])
      expect((await api.as(key).post('/vendors', body)).status).toBe(201);
  });

  it('are made once when twenty requests for one external id come at the same time', async () => {
    const body = { name: newName(), external_id: 'raced' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.post('/vendors', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
  });

  it('answer the same Idempotency-Key with the first answer, also at the same time', async () => {
    const headers = { 'idempotency-key': 'vendor-once' };
    const body = { name: newName(), external_id: 'once' };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => api.post('/vendors', body, { headers })),
    );
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.body.id}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    expect(new Set(answers.map((answer) => answer.headers.get('kontor-position'))).size).toBe(1);
    const other = await api.post('/vendors', { ...body, name: 'other' }, { headers });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  it('are listed newest first, by external id, page by page', async () => {
    const own = api.as(service.key('acc_list'));
    const ids: string[] = [];
    for (const n of [1, 2, 3])
      ids.unshift((await own.create('/vendors', { name: newName(), external_id: `l${n}` })).id);
    const first = await own.read('/vendors?limit=2');
    expect(first).toMatchObject({ total_count: 3, limit: 2, offset: 0 });
    const second = await own.read(`/vendors?limit=2&cursor=${first.next_cursor}`);
    expect(second.next_cursor).toBeNull();
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
    expect((await own.read('/vendors?offset=1')).items).toHaveLength(2);
    expect((await own.read('/vendors?external_id=l2')).items).toMatchObject([{ id: ids[1] }]);
    expect((await own.read('/vendors?external_id=none')).total_count).toBe(0);
  });

  it.each([
    ['no name', {}, '/name'],
    ['an empty name', { name: '' }, '/name'],
    ['a long name', { name: 'x'.repeat(256) }, '/name'],
    ['a number as external id', { name: 'x', external_id: 7 }, '/external_id'],
    ['an unknown field', { name: 'x', url: 'y' }, '/url'],
  ])('are refused with %s', async (_, body, pointer) => {
    const answer = await api.post('/vendors', body);
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
  });

  it('refuse a forged cursor', async () => {
    const answer = await api.get('/vendors?cursor=abc');
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid_cursor']);
  });

  it('are known to other services with a head that has them', async () => {
    const { id } = await api.create('/vendors', { name: newName(), external_id: 'asked' });
    const tenant = { platform: 'acc_test', mode: 'live' as const };
    const { internal, log } = service.runtime;
    const answer = await internal.call('cost-attribution.resolve-vendors', tenant, {
      vendorIds: [id, 'vnd_none'],
      externalIds: ['asked', 'none'],
    });
    expect(answer.vendors).toEqual([{ vendorId: id, externalId: 'asked' }]);
    expect(answer.head).toBe((await log.heads('cost.catalog.v1'))[0]?.position);
    const nobody = await internal.call(
      'cost-attribution.resolve-vendors',
      { ...tenant, mode: 'test' },
      { vendorIds: [id], externalIds: ['asked'] },
    );
    expect(nobody.vendors).toEqual([]);
  });
});

describe('attributing costs', () => {
  it('answers each usage record with one record, with it as the cause, also without costs', async () => {
    const usages = [usage([cost('0.16')]), usage(undefined), usage([])];
    const [position] = await publish('ingestion-gateway', usages);
    const facts = await attributed(usages);
    expect(facts.map(({ costs }) => costs.length)).toEqual([1, 0, 0]);
    const records = (await recordsOf('cost.attributed.v1')).filter(({ facts: text }) =>
      text.includes(usages[0]!.eventId),
    );
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      partition: position?.partition,
      cause_partition: position?.partition,
      cause_position: String(position?.position),
    });
  });

  it('converts into the reporting currency where a rate is known, and keeps what was sent', async () => {
    const [head] = await publish('catalog', [rateSet('GPU', '0.5')]);
    const costs = [
      cost('0.16', 'USD', { category: 'inference' }),
      cost('3', 'GPU', { costId: COST_ID.replace('6', '7') }),
      cost('2', 'EUR', { costId: COST_ID.replace('6', '8') }),
    ];
    const [fact] = await attributed(
      await sent(
        usage(costs, { subject: 'video_1', heads: { catalog: head!.position, costCatalog: 0 } }),
      ),
    );
    expect(fact).toMatchObject({ subject: 'video_1', reportingCurrency: 'USD' });
    expect(fact?.catalogHead).toBeGreaterThanOrEqual(head!.position);
    expect(fact?.costs).toEqual([
      {
        costId: COST_ID,
        vendorId: 'vnd_1',
        category: 'inference',
        amount: '0.16',
        currency: 'USD',
        rate: '1',
        converted: '0.16',
      },
      { ...shortOf(costs[1]!), rate: '0.5', converted: '1.5' },
      { ...shortOf(costs[2]!), rate: null, converted: null },
    ]);
  });

  it('waits for the catalog that was stamped on the usage', async () => {
    const [head] = await publish('catalog', [rateSet('OLD', '1')]);
    const early = usage([cost('4', 'LATE')], {
      heads: { catalog: head!.position + 1, costCatalog: 0 },
    });
    await sent(early);
    await publish('catalog', [rateSet('LATE', '0.25')]);
    const [fact] = await attributed([early]);
    expect(fact?.costs[0]?.converted).toBe('1');
  });

  it('knows the rates of its own platform and mode only', async () => {
    const [head] = await publish('catalog', [rateSet('MINE', '9', 'acc_rates')]);
    const heads = { catalog: head!.position, costCatalog: 0 };
    const mine = usage([cost('1', 'MINE')], { platform: 'acc_rates', heads });
    const theirs = usage([cost('1', 'MINE')], { heads });
    const test = usage([cost('1', 'MINE')], { platform: 'acc_rates', mode: 'test', heads });
    const facts = await attributed(await sent(mine, theirs, test));
    expect(facts.map(({ costs }) => costs[0]?.converted)).toEqual(['9', null, null]);
  });

  it('attributes two thousand events, each once, and the sum is exact', async () => {
    const usages = Array.from({ length: 2_000 }, (_, n) =>
      usage([cost('0.0000025')], { key: `cust_many_${n % 40}` }),
    );
    await sent(...usages);
    const facts = await attributed(usages);
    expect(facts).toHaveLength(2_000);
    expect(facts.every(({ costs }) => costs[0]?.converted === '0.0000025')).toBe(true);
  });

  it('parks usage of a platform whose catalog is parked; others go on', async () => {
    await service.runtime.database.query(
      `INSERT INTO view_dead_letter (id, consumer, topic, partition, position, index, platform,
                                     mode, key, reason, fact)
       VALUES (gen_random_uuid(), 'cost-attribution.catalog', 'catalog.v1', 0, 1, 0, 'acc_stuck',
               'live', 'acc_stuck', 'broken', '{}')`,
    );
    const going = usage([cost('1')]);
    await sent(usage([cost('1')], { platform: 'acc_stuck', key: 'cust_stuck' }), going);
    await attributed([going]);
    const [letter] = await pollUntil(async () => {
      const found = await service.runtime.database.query<{ reason: string }>(
        "SELECT reason FROM dead_letter WHERE platform = 'acc_stuck'",
      );
      return found.length > 0 ? found : undefined;
    });
    expect(letter?.reason).toContain('catalog_parked');
  });
});

async function sent(...usages: UsageRecorded[]): Promise<UsageRecorded[]> {
  await publish('ingestion-gateway', usages);
  return usages;
}

const shortOf = ({ costId, vendorId, amount, currency }: UsageCost) => ({
  costId,
  vendorId,
  amount,
  currency,
});
