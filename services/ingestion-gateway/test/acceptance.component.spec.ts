import { randomUUID } from 'node:crypto';
import type { Json } from '@kontor/testkit';
import {
  body,
  cost,
  CUSTOMER,
  openGateway,
  OTHER_CUSTOMER,
  usage,
  VENDOR,
  type Gateway,
} from './setting';

describe('acceptance of usage over HTTP', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway();
  });
  afterAll(() => gateway.service.stop());

  const send = (sent: unknown, headers?: Record<string, string>) =>
    gateway.live.post('/events', sent, headers && { headers });
  const factsWith = async (eventId: unknown) =>
    (await gateway.facts()).filter((fact) => fact.eventId === eventId);

  it('publishes an accepted event once, complete, at the position that the answer names', async () => {
    const event = usage({
      subject: 's',
      data: { minutes: 2 },
      costs: [cost({ category: 'video' })],
    });
    const answer = await send(body(event));
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      accepted: 1,
      duplicates: 0,
      rejected: 0,
      events: [{ id: event['id'], status: 'accepted' }],
    });
    expect(answer.headers.get('kontor-position')).toMatch(/^usage\.recorded\.v1:\d:\d+$/);
    expect(await factsWith(event['id'])).toEqual([
      {
        type: 'usage.recorded',
        platform: expect.stringMatching(/^acc_/),
        mode: 'live',
        key: CUSTOMER,
        eventId: event['id'],
        eventType: 'video_generated',
        occurredAt: '2026-01-05T14:32:18.000000Z',
        occurredAtText: '2026-01-05T14:32:18Z',
        recordedAt: expect.stringMatching(/Z$/),
        subject: 's',
        data: { minutes: 2 },
        costs: [
          {
            costId: expect.any(String),
            vendorId: VENDOR,
            category: 'video',
            amount: '0.16',
            currency: 'USD',
            sent: (event['costs'] as Json[])[0],
          },
        ],
        heads: { catalog: 4, costCatalog: 5 },
      },
    ]);
  });

  it('accepts the same ids from many requests at once exactly once each', async () => {
    const events = Array.from({ length: 50 }, () => usage());
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_item, index) =>
        send(body(...events.slice(index % 10), ...events.slice(0, index % 10))),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    const count = (name: string) =>
      answers.reduce((total, answer) => total + Number(answer.body[name]), 0);
    expect([count('accepted'), count('duplicates')]).toEqual([50, 39 * 50]);
    const ids = new Set(events.map(({ id }) => id));
    expect((await gateway.facts()).filter(({ eventId }) => ids.has(eventId))).toHaveLength(50);
    for (const { headers } of answers) expect(headers.get('kontor-position')).toContain(':');
  });

  it('takes 1000 events in one request', async () => {
    const events = Array.from({ length: 1_000 }, () => usage({ data: { n: 1 } }));
    const { status, body: answer } = await send(body(...events));
    expect([status, answer.accepted]).toEqual([202, 1_000]);
    expect((await send(body(...events, usage()))).body).toMatchObject({ code: 'invalid_request' });
  });

  it('answers each event of a mixed request by itself', async () => {
    const [first, reused] = [usage({ data: { n: 1 } }), usage({ data: { n: 1 } })];
    await send(body(reused));
    const { status, body: answer } = await send(
      body(
        first,
        { ...first, data: { n: 1.0 } },
        { ...reused, data: { n: 2 } },
        usage({ id: 'x' }),
        usage({ costs: [cost({ vendor_external_id: 'nobody' })] }),
        usage({ costs: [cost({ vendor_external_id: undefined, vendor_id: 'vnd_x' })] }),
        usage({ data: { big: 'x'.repeat(65 * 1024) } }),
      ),
    );
    expect(status).toBe(202);
    expect(answer.events.map((each: Json) => [each.status, each.code, each.pointer])).toEqual([
      ['accepted', undefined, undefined],
      ['duplicate', undefined, undefined],
      ['rejected', 'event_id_reused', '/events/2/id'],
      ['rejected', 'invalid_uuid', '/events/3/id'],
      ['rejected', 'unknown_vendor', '/events/4/costs/0/vendor_external_id'],
      ['rejected', 'unknown_vendor', '/events/5/costs/0/vendor_id'],
      ['rejected', 'too_large', '/events/6/data'],
    ]);
    expect(await factsWith(first['id'])).toHaveLength(1);
  });

  it('answers 422 when nothing is accepted, and 409 when all ids were used for something else', async () => {
    const event = usage();
    await send(body(event));
    const reused = await send(body({ ...event, event_type: 'other' }));
    expect([reused.status, reused.body.code]).toEqual([409, 'event_id_reused']);
    expect(reused.body.events).toEqual([
      expect.objectContaining({ id: event['id'], status: 'rejected', code: 'event_id_reused' }),
    ]);
    const bad = await send(body({ ...event, event_type: 'other' }, usage({ id: 'x' })));
    expect([bad.status, bad.body.code, bad.body.rejected]).toEqual([422, 'invalid_request', 2]);
    expect(bad.headers.get('content-type')).toContain('application/problem+json');
    expect(bad.body.errors.map((error: Json) => error.pointer)).toEqual([
      '/events/0/id',
      '/events/1/id',
    ]);
    const other = await send({ customer_id: OTHER_CUSTOMER, events: [event] });
    expect(other.status).toBe(409);
  });

  it('refuses NUL, half characters and prototype keys where they are, and nothing beside', async () => {
    const id = randomUUID();
    const at = '"event_type":"x","occurred_at":"2026-01-05T14:32:18Z"';
    const events = [
      `{"id":"${id}",${at}}`,
      ...['"\\u0000"', '"\\ud800"', '1e999', '{"__proto__":1}'].map(
        (value) => `{"id":"${randomUUID()}",${at},"data":{"a":${value}}}`,
      ),
    ];
    const raw = `{"customer_id":"${CUSTOMER}","events":[${events.join(',')}]}`;
    const { status, body: answer } = await gateway.live.post('/events', undefined, { raw });
    expect([status, answer.accepted, answer.rejected]).toEqual([202, 1, 4]);
    expect(answer.events.map((each: Json) => each.code)).toEqual([
      undefined,
      'nul_character',
      'lone_surrogate',
      'number_out_of_range',
      'forbidden_key',
    ]);
  });

  it('knows customers by external id and refuses unknown ones as a whole', async () => {
    for (const named of [{ customer_external_id: 'u 7' }, { customer_id: 'ext_u 7' }]) {
      const event = usage();
      expect((await send({ ...named, events: [event] })).status).toBe(202);
      expect(await factsWith(event['id'])).toMatchObject([{ key: CUSTOMER }]);
    }
    for (const [named, code, pointer] of [
      [{ customer_id: 'cust_x' }, 'unknown_customer', '/customer_id'],
      [{ customer_external_id: 'x' }, 'unknown_customer', '/customer_external_id'],
      [
        { customer_id: OTHER_CUSTOMER, customer_external_id: 'u 7' },
        'customer_mismatch',
        '/customer_id',
      ],
    ] as const) {
      const { status, body: answer } = await send({ ...named, events: [usage()] });
      expect({ status, code: answer.code, pointer: answer.errors[0].pointer }).toEqual({
        status: 422,
        code,
        pointer,
      });
    }
  });

  it('stamps a head that includes a customer who is newer than the head that was read', async () => {
    gateway.owners.customers.set('cust_newest', null);
    gateway.owners.position = 9;
    const event = usage();
    await send({ customer_id: 'cust_newest', events: [event] });
    gateway.owners.position = 1;
    expect((await factsWith(event['id']))[0]?.heads).toEqual({ catalog: 9, costCatalog: 5 });
  });

  it('keeps platforms and modes apart: the same id is another event in each', async () => {
    const event = usage();
    const { keys } = await gateway.live.create('/admin/platforms', { name: 'Other' });
    const apis = [
      gateway.live,
      gateway.test,
      gateway.live.as(keys.live),
      gateway.live.as(keys.test),
    ];
    for (const api of apis)
      expect((await api.post('/events', body(event))).body).toMatchObject({ accepted: 1 });
    const facts = await factsWith(event['id']);
    expect(new Set(facts.map(({ platform, mode }) => `${platform} ${mode}`)).size).toBe(4);
  });

  it('takes CloudEvents, one or many, of different customers', async () => {
    const cloudEvent = (more: object = {}): Record<string, unknown> => ({
      specversion: '1.0',
      id: randomUUID(),
      source: '/workers/7',
      type: 'video_generated',
      time: '2026-01-05T14:32:18Z',
      customerid: CUSTOMER,
      ...more,
    });
    const one = cloudEvent({ data: { minutes: 2 } });
    const structured = await send(one, { 'content-type': 'application/cloudevents+json' });
    expect([structured.status, structured.body.accepted]).toEqual([202, 1]);
    expect(await factsWith(one['id'])).toMatchObject([{ data: { minutes: 2 }, key: CUSTOMER }]);
    const batched = await send(
      [cloudEvent(), cloudEvent({ customerid: OTHER_CUSTOMER }), cloudEvent({ customerid: 'x' })],
      { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' },
    );
    expect(batched.body).toMatchObject({ accepted: 2, rejected: 1 });
    expect(batched.body.events[2]).toMatchObject({
      code: 'unknown_customer',
      pointer: '/2/customerid',
    });
    const again = await send({ ...body({ ...usage({ data: { minutes: 2 } }), id: one['id'] }) });
    expect(again.body).toMatchObject({ duplicates: 1 });
  });

  it('answers a client that wants to wait with whole events, or with 202 when that takes too long', async () => {
    const events = [usage(), usage({ id: 'x' })];
    const late = await send(body(...events), { prefer: 'wait=1' });
    expect([late.status, late.body.accepted]).toEqual([202, 1]);
    gateway.owners.processed = (id) =>
      `{"id":"${id}","status":"processed","amount":0.10000000000000000001}`;
    const raw = await fetch(`${gateway.live.url}/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${gateway.live.key}`,
        'content-type': 'application/json',
        prefer: 'wait=60',
      },
      body: JSON.stringify(body(...events, events[0]!)),
    });
    gateway.owners.processed = undefined;
    expect(raw.status).toBe(200);
    expect(raw.headers.get('preference-applied')).toBe('wait=10');
    const text = await raw.text();
    expect(text).toContain('0.10000000000000000001');
    expect(JSON.parse(text)).toMatchObject({
      accepted: 0,
      duplicates: 2,
      rejected: 1,
      events: [{ status: 'processed' }, { status: 'rejected' }, { status: 'processed' }],
    });
  });

  it('answers 429 when more is in flight than it may hold, and takes it afterwards', async () => {
    const big = 'x'.repeat(60 * 1024);
    const bodies = Array.from({ length: 5 }, () =>
      body(...Array.from({ length: 120 }, () => usage({ data: { big } }))),
    );
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { database } = gateway.service.runtime;
    const holding = database.transaction(async (tx) => {
      await tx.query('SELECT FROM log_head FOR UPDATE');
      await held;
    });
    const sent = bodies.map((each) => send(each));
    const first = await Promise.race(sent);
    release();
    await holding;
    expect([first.status, first.body.code]).toEqual([429, 'queue_full']);
    expect(Number(first.headers.get('retry-after'))).toBeGreaterThan(0);
    const answers = await Promise.all(sent);
    const refused = bodies.filter((_each, index) => answers[index]?.status === 429);
    expect(refused.length).toBeLessThan(5);
    for (const each of refused) expect((await send(each)).body).toMatchObject({ accepted: 120 });
  });

  it('tells readers behind which events were accepted', async () => {
    const event = usage();
    await send(body(event));
    const [fact] = await factsWith(event['id']);
    const { platform, mode } = fact!;
    const ask = (tenant: { platform: string; mode: 'live' | 'test' }) =>
      gateway.service.runtime.internal.call('ingestion-gateway.find-accepted', tenant, {
        eventIds: [String(event['id']), randomUUID(), 'x'],
      });
    expect(await ask({ platform, mode })).toEqual({ accepted: [event['id']] });
    expect(await ask({ platform, mode: 'test' })).toEqual({ accepted: [] });
  });
});
