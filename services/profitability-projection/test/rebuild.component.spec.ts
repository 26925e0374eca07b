/**
 * Method: the projection as it runs, over HTTP, folding facts that other owners wrote; its view is
 * made again while they go on writing.
 */
import { randomUUID } from 'node:crypto';
import { type Json, pollUntil } from '@kontor/testkit';
import { customerId, type EventOf, openProjection, type Projection } from './facts';

let service: Projection;
beforeAll(async () => {
  service = await openProjection();
});
afterAll(() => service.stop());

const REBUILDS = '/admin/profitability-projection/rebuilds';
const ENDS = ['done', 'failed', 'interrupted'];

async function rebuilt(request: object): Promise<Json> {
  const { id } = await service.api.create(REBUILDS, request);
  return ended(id);
}

const ended = (id: string): Promise<Json> =>
  pollUntil(
    async () => {
      const rebuild = await service.api.read(`${REBUILDS}/${id}`);
      return ENDS.includes(rebuild.state) && rebuild;
    },
    { timeoutMs: 20_000, what: 'the end of the rebuild' },
  );

/** Usage of a subject whose costs no fee of its own event bears: they are shared. */
const stories = (count: number): EventOf[] => {
  const customer = customerId();
  return Array.from({ length: count }, (_, at) => ({
    ...{ id: randomUUID(), customer, subject: `chat_${at % 3}` },
    ...(at % 2 === 0
      ? { fees: [{ amount: '2', product: at % 4 === 0 ? 'video' : 'audio' }] }
      : { unrated: 'cost_only' as const }),
    costs: [{ amount: '0.7' }],
  }));
};

const schemas = async (): Promise<string[]> =>
  (
    await service.runtime.database.query<{ nspname: string }>(
      "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'profitability%' ORDER BY 1",
    )
  ).map(({ nspname }) => nspname);

/** What a customer of these events sees; read like any client reads. */
const seen = (events: readonly EventOf[]): Promise<Json[]> =>
  Promise.all(events.map(({ id }) => service.api.read(`/events/${id}`)));

describe('a rebuild of the projection', () => {
  it('ends with the same rows, found equal before they are served', async () => {
    const events = stories(12);
    await service.tell(...events);
    const before = await seen(events);
    const rebuild = await rebuilt({ verify: true });
    expect(rebuild).toMatchObject({ state: 'done', reason: null, seconds_left: 0 });
    expect(rebuild.comparison).toMatchObject({ same: true, differences: [], truncated: false });
    expect(rebuild.comparison.tables).toContainEqual(
      expect.objectContaining({ table: 'usage_detail', rows: 12, same: true }),
    );
    expect(rebuild.facts_done).toBe(rebuild.facts_total);
    expect(rebuild.facts_done).toBe(12 * 3 + 6);
    expect(await seen(events)).toEqual(before);
    expect(await schemas()).toEqual(['profitability_projection', 'profitability_projection_view']);
  });

  it('finds a planted difference by its key, and repairs it', async () => {
    const [event, other] = stories(2) as [EventOf, EventOf];
    await service.tell(event);
    await service.tell(other);
    const { database } = service.runtime;
    await database.query(`UPDATE fee_value SET amount = amount + 1 WHERE event_id = $1`, [
      event.id,
    ]);
    await database.query(`DELETE FROM cost_detail WHERE event_id = $1`, [other.id]);
    const found = await rebuilt({ verify: true, swap: false });
    expect(found).toMatchObject({ state: 'done', comparison: { same: false, truncated: false } });
    expect(found.comparison.differences).toEqual([
      {
        table: 'cost_detail',
        key: { event_id: other.id, platform: 'acc_test', mode: 'live', line: expect.any(String) },
        difference: 'missing',
      },
      {
        table: 'fee_value',
        key: expect.objectContaining({ event_id: event.id }),
        difference: 'changed',
      },
    ]);
    expect((await rebuilt({ verify: false })).state).toBe('done');
    const after = await rebuilt({ verify: true, swap: false });
    expect(after.comparison).toMatchObject({ same: true });
  });

  it('loses nothing of what is written while it runs and while it swaps', async () => {
    let writing = true;
    const told: EventOf[] = [];
    const writer = (async () => {
      while (writing)
        for (const event of stories(5)) {
          await service.tell(event);
          told.push(event);
        }
    })();
    const rebuilds: Json[] = [];
    for (const verify of [false, true, false]) rebuilds.push(await rebuilt({ verify }));
    writing = false;
    await writer;
    expect(rebuilds.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    expect(rebuilds[1].comparison).toMatchObject({ same: true });
    for (const event of told)
      expect(await service.api.read(`/events/${event.id}`)).toMatchObject({ status: 'processed' });
    expect((await rebuilt({ verify: true, swap: false })).comparison).toMatchObject({ same: true });
  });

  it('runs once at a time, and says so to whoever asks for another', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => service.api.post(REBUILDS, {})));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ code: 'rebuild_running' });
    const begun = answers.find(({ status }) => status === 202);
    expect(begun?.headers.get('location')).toBe(`${REBUILDS}/${begun?.body.id}`);
    expect((await ended(begun?.body.id)).state).toBe('done');
    const { items } = await service.api.read(REBUILDS);
    expect(items[0].id).toBe(begun?.body.id);
  });

  it('is for operators only, and knows no other requests', async () => {
    const reader = service.api.as(service.key('acc_test', 'live', ['read', 'write']));
    expect((await reader.post(REBUILDS, {})).status).toBe(403);
    expect((await service.api.post(REBUILDS, { fast: true })).status).toBe(422);
    expect((await service.api.get(`${REBUILDS}/${randomUUID()}`)).status).toBe(404);
    expect((await service.api.get(`${REBUILDS}/no-id`)).status).toBe(404);
  });
});
