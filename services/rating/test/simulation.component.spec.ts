/** POST /products/{id}/{version}/simulate-usage, over HTTP with the real database. */
import { type AssetPricing, newUuid } from '@kontor/contracts';
import { type ApiClient, type Json, openTestService, type TestService } from '@kontor/testkit';
import { ratingService } from '../src/index';
import {
  defaulted,
  drafted,
  PLATFORM,
  productArchived,
  publishCatalog,
  shop,
  subscribed,
  versionArchived,
  videoPrice,
} from './catalog-facts';

let service: TestService;
let api: ApiClient;
/** What the catalog would answer as its head; facts follow when the test says so. */
let catalogHead = 0;
beforeAll(async () => {
  service = await openTestService(ratingService, {
    owners: ['catalog'],
    answers: {
      'catalog.resolve-customers': (_, { customerIds, externalIds }) => ({
        head: catalogHead,
        customers:
          customerIds.includes('cust_known') || externalIds.includes('known')
            ? [{ customerId: 'cust_known', externalId: 'known', position: 1 }]
            : [],
      }),
    },
  });
  api = service.api;
  const at = shop();
  const minutes: AssetPricing = { asset: 'MIN', blocks: [{ value: { volumeRate: '0.5' } }] };
  const both = videoPrice({ pricing: [...videoPrice().pricing, minutes] });
  catalogHead = await publishCatalog(
    service,
    drafted(at, 'prp_video', 1, videoPrice()),
    defaulted(at, 'prp_video', 1),
    drafted(at, 'prp_video', 2, both),
    drafted(at, 'prp_draft', 1, videoPrice()),
  );
});
afterAll(() => service.stop());

const event = (data: Json, over: Json = {}): Json => ({
  id: newUuid(),
  event_type: 'video_generated',
  occurred_at: '2025-11-04T21:53:21.392Z',
  data,
  ...over,
});
const simulate = (version: string, body: Json, product = 'prp_video') =>
  api.post(`/products/${product}/${version}/simulate-usage`, body);

describe('simulating usage', () => {
  it('prices the event of the reference text and shows how', async () => {
    const sent = {
      id: 'ba15987a-7b68-4a9d-b2e6-eadeff29e657',
      event_type: 'video_generated',
      occurred_at: '2025-11-04T21:53:21.392Z',
      subject: 'video_defc8524',
      description: 'Video Generated',
      data: { minutes: 10, speed: 'fast' },
    };
    const { status, body } = await simulate('1', { customer_id: 'cust_known', events: [sent] });
    expect(status).toBe(200);
    const fee = {
      product_id: 'prp_video',
      product_code: 'code_prp_video',
      product_version: 1,
      price_id: 'prc_video',
      price_name: 'Video Generation Compute',
      usage_id: sent.id,
      event_type: 'video_generated',
      dimensions: { speed: 'fast' },
      usage_type: 'unit_and_volume',
      volume_field: 'minutes',
      currency: 'USD',
      input_volume: '10',
      volume_rate: '1',
      description: 'Video Generated',
      amount: '10',
    };
    expect(body).toMatchObject({ fees: [fee], warnings: [], events: [{ id: sent.id }] });
    expect(body.fees[0]).toEqual(fee);
    expect(body.events[0].fees).toEqual([fee]);
    expect(body.events[0].trace[0].assets[0].matched).toEqual({ row: 0, name: 'Fast' });
    expect(body.events[0].trace[0].assets[0].rows).toHaveLength(3);
  });

  it('takes the costs of the reference text without asking who the vendor is', async () => {
    const costs = [
      {
        id: '68116730-e125-408b-8f75-90f1fb9aa7dd',
        vendor_id: 'vnd_4rcmsv3fagtvha1j05q4fymsmw',
        description: 'OpenAI Sora',
        metadata: { model: 'sora-fast', resolution: '1080p', billing_type: 'per_minute' },
        units: 0,
        amount: 0.16,
        currency: 'USD',
      },
    ];
    const data = { minutes: 2, model: 'video fast', speed: 'fast' };
    const { status, body } = await simulate('1', { events: [event(data, { costs })] });
    expect([status, body.fees[0].amount]).toEqual([200, '2']);
    const strange = [{ ...costs[0], colour: 'red' }];
    const refused = await simulate('1', { events: [event(data, { costs: strange })] });
    expect([refused.status, refused.body.code]).toEqual([422, 'unknown_field']);
    expect(refused.body.errors[0].pointer).toBe('/events/0/costs/0/colour');
  });

  it('prices drafts, and the default version by name', async () => {
    const body = { events: [event({ minutes: 1, speed: 'regular' })] };
    expect((await simulate('1', body, 'prp_draft')).body.fees[0].amount).toBe('0.4');
    expect((await simulate('default', body)).body.fees[0].product_version).toBe(1);
  });

  it('knows no default once that version or the whole product is archived', async () => {
    const at = shop();
    const body = { events: [event({ minutes: 1, speed: 'fast' })] };
    const statusOf = async (version: string, product: string) =>
      (await simulate(version, body, product)).status;
    catalogHead = await publishCatalog(
      service,
      drafted(at, 'prp_old', 1, videoPrice()),
      defaulted(at, 'prp_old', 1),
      drafted(at, 'prp_old', 2, videoPrice({ priceId: 'prc_2' })),
      defaulted(at, 'prp_old', 2),
      versionArchived(at, 'prp_old', 2),
    );
    expect(await statusOf('default', 'prp_old')).toBe(404);
    expect(await statusOf('2', 'prp_old')).toBe(200);
    catalogHead = await publishCatalog(service, defaulted(at, 'prp_old', 1));
    expect((await simulate('default', body, 'prp_old')).body.fees[0].product_version).toBe(1);
    catalogHead = await publishCatalog(service, productArchived(at, 'prp_old'));
    expect(await statusOf('default', 'prp_old')).toBe(404);
  });

  it('shows the first listed asset, and the others as alternatives', async () => {
    const { body } = await simulate('2', { events: [event({ minutes: 4, speed: 'fast' })] });
    expect(body.fees[0]).toMatchObject({
      currency: 'USD',
      amount: '4',
      alternatives: [{ currency: 'MIN', amount: '2' }],
    });
  });

  it('warns about each event that gets no fee and prices the others', async () => {
    const events = [
      event({}, { event_type: 'sung' }),
      event({ speed: 'fast' }),
      event({ minutes: 1, speed: 'fast' }),
    ];
    const { body } = await simulate('1', { events });
    expect(body.fees).toHaveLength(1);
    expect(body.warnings).toEqual([
      `event ${events[0].id}: no price of this version asks for the event type "sung"`,
      expect.stringContaining(`event ${events[1].id}: price "Video Generation Compute"`),
    ]);
    expect(body.events.map(({ fees }: Json) => fees.length)).toEqual([0, 0, 1]);
    expect(body.events[1].trace[0].unmatched_reason).toBe('volume_field_missing');
  });

  it('books nothing', async () => {
    await simulate('1', { events: [event({ minutes: 1 })] });
    const rows = await service.runtime.database.query('SELECT 1 FROM log_record');
    expect(rows).toEqual([]);
  });

  it('keeps its answer bounded, however many rows a thousand events are compared with', async () => {
    const events = Array.from({ length: 1_000 }, () => event({ minutes: 1, speed: 'fast' }));
    const many = Array.from({ length: 100 }, (_, n) => ({
      dimensions: { speed: `s${n}` },
      value: { volumeRate: '1' },
    }));
    catalogHead = await publishCatalog(
      service,
      drafted(
        shop(),
        'prp_many',
        1,
        videoPrice({
          pricing: [
            {
              asset: 'USD',
              blocks: [...many, ...videoPrice().pricing[0].blocks] as [(typeof many)[0]],
            },
          ],
        }),
      ),
    );
    const { body } = await simulate('1', { events }, 'prp_many');
    expect(body.fees).toHaveLength(1_000);
    const assets = body.events.flatMap(({ trace }: Json) => trace[0].assets);
    const written = assets.reduce((sum: number, { rows }: Json) => sum + rows.length, 0);
    expect(written).toBe(5_000);
    expect(assets.at(-1)).toEqual({
      asset: 'USD',
      matched: { row: 100, name: 'Fast' },
      rows: [],
      rows_omitted: 103,
    });
  });
});

describe('simulating usage: refusals', () => {
  const body = { events: [event({ minutes: 1, speed: 'fast' })] };

  it.each([
    ['an unknown product', '1', 'prp_nothing'],
    ['an unknown version', '9', 'prp_video'],
    ['a version of zero', '0', 'prp_video'],
    ['a version that is no number', 'one', 'prp_video'],
    ['the default of a product that has none', 'default', 'prp_draft'],
  ])('does not find %s', async (_, version, product) => {
    const { status, body: problem } = await simulate(version, body, product);
    expect([status, problem.code]).toEqual([404, 'not_found']);
  });

  it('does not find another platform’s product, nor that of the other mode', async () => {
    for (const key of [service.key('acc_other'), service.key(PLATFORM, 'test')]) {
      const answer = await api
        .as(key)
        .post('/products/prp_video/1/simulate-usage', { events: body.events });
      expect(answer.status).toBe(404);
    }
  });

  it('knows customers by id and external id, and refuses unknown ones', async () => {
    for (const customer of [
      { customer_id: 'cust_known' },
      { customer_id: 'ext_known' },
      { customer_external_id: 'known' },
    ])
      expect((await simulate('1', { ...body, ...customer })).status).toBe(200);
    const { status, body: problem } = await simulate('1', { ...body, customer_id: 'cust_none' });
    expect([status, problem.code]).toEqual([422, 'unknown_customer']);
  });

  it.each([
    ['no events', { events: [] }, '/events'],
    ['an unknown field', { ...body, dry_run: true }, '/dry_run'],
    ['an unknown field of an event', { events: [event({}, { usage: 1 })] }, '/events/0/usage'],
    ['an id that is no UUID', { events: [event({}, { id: '1' })] }, '/events/0/id'],
    [
      'a time that is none',
      { events: [event({}, { occurred_at: 'now' })] },
      '/events/0/occurred_at',
    ],
    [
      'a missing event type',
      { events: [event({}, { event_type: undefined })] },
      '/events/0/event_type',
    ],
    ['data that is too large', { events: [event({ x: 'x'.repeat(65_536) })] }, '/events/0/data'],
  ])('refuses %s with a pointer', async (_, sent, pointer) => {
    const { status, body: problem } = await simulate('1', sent);
    expect(status).toBe(422);
    expect(problem.errors[0].pointer).toBe(pointer);
  });

  it('refuses more events than the prices of a version allow, and says how many do', async () => {
    const prices = Array.from({ length: 50 }, (_, n) => videoPrice({ priceId: `prc_many_${n}` }));
    catalogHead = await publishCatalog(
      service,
      drafted(shop(), 'prp_prices', 1, ...(prices as [(typeof prices)[0]])),
    );
    const events = Array.from({ length: 201 }, () => event({ minutes: 1 }));
    const { status, body: problem } = await simulate('1', { events }, 'prp_prices');
    expect([status, problem.errors[0].code]).toEqual([422, 'too_big']);
    expect(problem.detail).toContain('200');
    expect((await simulate('1', { events: events.slice(1) }, 'prp_prices')).status).toBe(200);
  });

  it('shows long dimension values cut', async () => {
    const { body: answer } = await simulate('1', {
      events: [event({ minutes: 1, speed: 'x'.repeat(60_000) })],
    });
    expect(answer.fees[0].dimensions.speed).toBe('x'.repeat(255));
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
  });

  it('asks to come again while its copy of the catalog is behind', async () => {
    catalogHead += 1;
    const { status, headers, body: problem } = await simulate('1', body);
    expect([status, problem.code]).toEqual([503, 'not_ready']);
    expect(headers.get('retry-after')).toBe('1');
    await publishCatalog(service, subscribed(shop(), 'cust_known', 'prp_video'));
    expect((await simulate('1', body)).status).toBe(200);
  });

  it('needs the scope `read`', async () => {
    const answer = await api
      .as(service.key(PLATFORM, 'live', ['ingest']))
      .post('/products/prp_video/1/simulate-usage', body);
    expect(answer.status).toBe(403);
  });
});
