import { randomUUID } from 'node:crypto';
import type { UsageReversed } from '@kontor/contracts';
import { body, CUSTOMER, openGateway, usage, type Gateway } from './setting';

describe('reversals over HTTP', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway();
    gateway.owners.processed = (id) =>
      JSON.stringify({ id, customer_id: CUSTOMER, event_type: 'video_generated' });
  });
  afterAll(() => gateway.service.stop());

  async function accepted(): Promise<string> {
    const event = usage();
    await gateway.live.create('/events', body(event));
    return String(event['id']);
  }
  const reverse = (id: string, sent: object, headers: Record<string, string> = {}) =>
    gateway.live.post(`/events/${id}/reverse`, sent, { headers });
  const reversalsOf = async (id: string): Promise<UsageReversed[]> =>
    ((await gateway.facts()) as unknown as UsageReversed[]).filter(
      ({ type, eventId }) => type === 'usage.reversed' && eventId === id,
    );

  it('publish one fact of the customer, behind the usage, and name where it stands', async () => {
    const id = await accepted();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => reverse(id, { reason: 'sent by mistake' })),
    );
    const [first] = answers;
    expect(first).toMatchObject({
      status: 200,
      body: { id, reason: 'sent by mistake', costs: false },
    });
    for (const { status, body: answer, headers } of answers) {
      expect([status, answer]).toEqual([200, first!.body]);
      expect(headers.get('kontor-position')).toBe(first!.headers.get('kontor-position'));
    }
    expect(first!.headers.get('kontor-position')).toMatch(/^usage\.recorded\.v1:\d:\d+$/);
    expect(await reversalsOf(id)).toEqual([
      expect.objectContaining({ key: CUSTOMER, eventId: id, fees: true, costs: false }),
    ]);
  });

  it('let costs follow once, with the first reason and instant', async () => {
    const id = await accepted();
    const first = (await reverse(id.toUpperCase(), { reason: 'first' })).body;
    for (const reason of ['costs too', 'again'])
      expect((await reverse(id, { reason, costs: true })).body).toEqual({ ...first, costs: true });
    expect((await reverse(id, { reason: 'last' })).body).toEqual({ ...first, costs: true });
    expect((await reversalsOf(id)).map(({ fees, costs }) => [fees, costs])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it('answer one Idempotency-Key the same, and refuse it for another body', async () => {
    const id = await accepted();
    const key = { 'idempotency-key': randomUUID() };
    const first = await reverse(id, { reason: 'r' }, key);
    expect(await reverse(id, { reason: 'r' }, key)).toMatchObject({
      status: 200,
      body: first.body,
    });
    expect(await reverse(id, { reason: 'other' }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    expect(await reversalsOf(id)).toHaveLength(1);
  });

  it('of what was never accepted, or by another mode or platform, are 404 and leave nothing', async () => {
    const id = await accepted();
    const { keys } = await gateway.live.create('/admin/platforms', { name: 'Other' });
    const stranger = gateway.live.as(keys.live);
    for (const client of [gateway.test, stranger])
      expect((await client.post(`/events/${id}/reverse`, { reason: 'r' })).status).toBe(404);
    for (const unknown of [randomUUID(), 'no-uuid'])
      expect((await reverse(unknown, { reason: 'r' })).status).toBe(404);
    expect(await reversalsOf(id)).toEqual([]);
  });

  it('need the scope to write', async () => {
    const id = await accepted();
    for (const scope of ['read', 'ingest']) {
      const { secret } = await gateway.live.create('/api-keys', { scopes: [scope] });
      expect(
        (await gateway.live.as(secret).post(`/events/${id}/reverse`, { reason: 'r' })).status,
      ).toBe(403);
    }
  });

  it.each([
    ['/reason', {}],
    ['/reason', { reason: '' }],
    ['/reason', { reason: 'long '.repeat(201) }],
    ['/reason', { reason: 7 }],
    ['/costs', { reason: 'r', costs: 'yes' }],
    ['/amount', { reason: 'r', amount: 1 }],
  ])('with a wrong %s are refused: %j', async (pointer, sent) => {
    const answer = await reverse(await accepted(), sent);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toMatchObject([{ pointer }]);
  });

  it('of an event that nobody saw yet are to be tried again', async () => {
    const id = await accepted();
    const { processed } = gateway.owners;
    gateway.owners.processed = undefined;
    const answer = await reverse(id, { reason: 'r' });
    gateway.owners.processed = processed;
    expect(answer).toMatchObject({ status: 503, body: { code: 'not_ready' } });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect((await reverse(id, { reason: 'r' })).status).toBe(200);
  });
});
