/**
 * A backup beside a busy server, and what a new place makes of it: everything that was answered
 * before it is there, once, and the books balance.
 *
 * Method: events, adjustments and holds arrive without a pause while `kontor backup` runs. What was
 * answered before it began must be in the restored place in full; what came later may be.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  type Json,
  LIVE_KEY,
  makeDataDir,
  pollUntil,
  type RunningServer,
  spawnServer,
  startServer,
} from '@kontor/testkit';
import { type Finished, startCommand } from './stories/command-line';
import { customerOf, simpleProduct } from './stories/setting';

const CUSTOMERS = 6;
const BATCH = 20;

const kontor = (args: readonly string[], dataDir: string): Promise<Finished> =>
  startCommand(args, { KONTOR_DATA_DIR: dataDir }).finished;

/** kill -9 of a command leaves the PostgreSQL that it started, as a crash does. */
async function stopPostgres(dataDir: string): Promise<void> {
  const file = path.join(dataDir, 'postgres/postmaster.pid');
  if (!existsSync(file)) return;
  process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), 'SIGINT');
  await pollUntil(() => !existsSync(file), { timeoutMs: 30_000, what: 'the end of PostgreSQL' });
}

/** What one writer was answered. */
interface Acknowledged {
  readonly customer: string;
  readonly batches: Json[];
  readonly credits: string[];
  readonly holds: string[];
}

describe('A backup taken beside a busy server', () => {
  const folder = path.join(makeDataDir(), 'backup');
  const restored = path.join(makeDataDir(), 'data');
  const folders: string[] = [path.dirname(folder), path.dirname(restored)];
  let source: RunningServer;
  let server: RunningServer | undefined;
  const before: Acknowledged[] = [];
  let taken: Finished;
  let key: string;

  async function oneRound(customer: string): Promise<Acknowledged> {
    const events = Array.from({ length: BATCH }, () => ({
      id: randomUUID(),
      event_type: 'call',
      occurred_at: '2026-01-05T14:32:18Z',
      data: {},
    }));
    const body = { customer_id: customer, events };
    const answer = await source.live.create('/events', body);
    expect(answer).toMatchObject({ accepted: BATCH });
    const credit = await source.live.create(`/customers/${customer}/wallet/adjustments`, {
      transaction_id: randomUUID(),
      asset: 'USD',
      amount: '1.5',
      reason: 'external_topup',
    });
    const hold = await source.live.create('/authorizations', {
      customer_id: customer,
      asset: 'USD',
      amount: '0.25',
    });
    return { customer, batches: [body], credits: [credit.id], holds: [hold.id] };
  }

  beforeAll(async () => {
    source = await startServer();
    folders.push(source.dataDir);
    const { live } = source;
    await live.create(
      '/products',
      simpleProduct({ code: 'calls', eventType: 'call', value: { unit_price: '0.01' } }),
    );
    key = (await live.create('/api-keys', { name: 'kept', scopes: ['read', 'write'] })).secret;
    const customers: string[] = [];
    while (customers.length < CUSTOMERS) customers.push(await customerOf(live, 'calls'));

    let isOver = false;
    let isBefore = true;
    const write = async (customer: string): Promise<void> => {
      while (!isOver) {
        const round = await oneRound(customer);
        if (isBefore) before.push(round);
      }
    };
    const writers = customers.map(write);
    await pollUntil(() => before.length >= 5 * CUSTOMERS, {
      timeoutMs: 60_000,
      what: 'some load before the backup',
    });
    isBefore = false;
    taken = await kontor(['backup', folder], source.dataDir);
    isOver = true;
    await Promise.all(writers);
  }, 180_000);

  afterAll(async () => {
    await source?.stop();
    await server?.stop();
    for (const each of folders) rmSync(each, { recursive: true, force: true });
  }, 60_000);

  it('is whole, private, and says what it holds', () => {
    expect(taken).toMatchObject({ code: 0 });
    expect(taken.stderr).toMatch(/table \d+ of \d+/);
    expect(existsSync(`${folder}.unfinished`)).toBe(false);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const manifest = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
    const gateway = manifest.services.find(({ name }: Json) => name === 'ingestion-gateway');
    const accepted = gateway.tables.find(({ name }: Json) => name === 'accepted_event');
    expect(accepted.rows).toBeGreaterThanOrEqual(before.length * BATCH);
    const text = JSON.stringify(manifest);
    expect(text).not.toContain('_view');
    expect(text).not.toContain('"trial_run"');
  });

  it('is never written over another one', async () => {
    const again = await kontor(['backup', folder], source.dataDir);
    expect(again).toMatchObject({ code: 2 });
    expect(again.stderr).toContain('exists');
  });

  it('leaves no half backup under its name when it is killed', async () => {
    const half = path.join(makeDataDir(), 'half');
    folders.push(path.dirname(half));
    const command = startCommand(['backup', half], { KONTOR_DATA_DIR: source.dataDir });
    await pollUntil(() => existsSync(`${half}.unfinished`), { timeoutMs: 30_000 });
    command.process.kill('SIGKILL');
    await command.finished;
    expect(existsSync(half)).toBe(false);
    const refused = await kontor(['restore', `${half}.unfinished`], path.join(half, 'data'));
    expect(refused.stderr).toContain('is no backup');
  }, 60_000);

  it('is not restored over anything, nor beside a running server', async () => {
    const refused = await kontor(['restore', folder], source.dataDir);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('is not empty');
  }, 60_000);

  it('is not restored when a byte of it is another one, and nothing is written then', async () => {
    const table = path.join(folder, 'catalog/log_record.copy');
    const content = readFileSync(table);
    const place = path.join(makeDataDir(), 'data');
    folders.push(path.dirname(place));
    appendFileSync(table, 'x');
    const refused = await kontor(['restore', folder], place);
    writeFileSync(table, content);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('damaged');
    expect(existsSync(place)).toBe(false);
  }, 60_000);

  it('is refused by a build that is older than it', async () => {
    const file = path.join(folder, 'manifest.json');
    const text = readFileSync(file, 'utf8');
    for (const [found, newer, reason] of [
      ['"format": 1', '"format": 2', 'newer Kontor'],
      ['"catalog/', '"catalog/of-tomorrow-', 'newer than this build'],
    ] as const) {
      writeFileSync(file, text.replace(found, newer));
      const refused = await kontor(['restore', folder], path.join(folder, 'data'));
      expect(refused).toMatchObject({ code: 2 });
      expect(refused.stderr).toContain(reason);
    }
    writeFileSync(file, text);
  }, 60_000);

  it('leaves a place where no server starts when its restore is killed', async () => {
    const place = path.join(makeDataDir(), 'data');
    folders.push(path.dirname(place));
    const command = startCommand(['restore', folder], { KONTOR_DATA_DIR: place });
    await pollUntil(() => existsSync(path.join(place, 'postgres/postmaster.pid')), {
      timeoutMs: 60_000,
    });
    command.process.kill('SIGKILL');
    await command.finished;
    const refused = await spawnServer({ dataDir: place });
    await new Promise((resolve) => refused.process.on('close', resolve));
    expect(refused.output()).toContain('begun and not finished');
    const again = await kontor(['restore', folder], place);
    expect(again).toMatchObject({ code: 2 });
    expect(again.stderr).toContain('begun and not finished');
    await stopPostgres(place);
  }, 120_000);

  it('is restored into a new folder, with read models and an audit at the end', async () => {
    const done = await kontor(['restore', folder], restored);
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toContain('no differences, the books balance');
    expect(done.stderr).toMatch(/restored|checked/);
  }, 180_000);

  describe('restored', () => {
    beforeAll(async () => {
      server = await startServer({ dataDir: restored });
    }, 60_000);

    it('knows every event that was answered before, in full and once', async () => {
      const { live } = server!;
      for (const { customer, batches } of before) {
        for (const { events } of batches)
          for (const { id } of [events[0], events.at(-1)]) {
            const event = await live.read(`/events/${id}`);
            expect(event).toMatchObject({ status: 'processed', customer_id: customer });
            expect(event.fees).toHaveLength(1);
          }
        const again = await live.create('/events', batches[0]);
        expect(again).toMatchObject({ accepted: 0, duplicates: BATCH });
      }
    }, 60_000);

    it('has every credit and hold that was answered before', async () => {
      const { live } = server!;
      for (const { holds, credits, customer } of before) {
        expect(await live.read(`/authorizations/${holds[0]}`)).toMatchObject({ amount: '0.25' });
        expect(
          await live.read(`/customers/${customer}/wallet/transactions/${credits[0]}`),
        ).toBeDefined();
      }
    }, 60_000);

    it('has one debit per fee and balanced books, and nothing is parked', async () => {
      const { live } = server!;
      expect((await live.read('/admin/trial-balance')).balanced).toBe(true);
      const { summary } = await live.read('/customers/stats?limit=1');
      const { total_count: events } = await live.read('/events?limit=1');
      expect(events).toBeGreaterThanOrEqual(before.length * BATCH);
      expect(Number(summary.gross_revenue)).toBeCloseTo(events * 0.01, 9);
      for (const service of ['rating', 'wallet-ledger', 'cost-attribution'])
        expect((await live.read(`/admin/${service}/dead-letters`)).items).toEqual([]);
      const verified = await startCommand(['verify'], {
        KONTOR_URL: server!.url,
        KONTOR_API_KEY: LIVE_KEY,
      }).finished;
      expect(verified).toMatchObject({ code: 0 });
    }, 120_000);

    it('lets the same keys in and goes on', async () => {
      expect(await server!.live.as(key).read('/accounts/self')).toBeDefined();
      const customer = await customerOf(server!.live, 'calls');
      const event = { id: randomUUID(), event_type: 'call', occurred_at: '2026-01-05T14:32:18Z' };
      await server!.live.create('/events', {
        customer_id: customer,
        events: [{ ...event, data: {} }],
      });
      expect((await server!.live.read(`/events/${event.id}`)).status).toBe('processed');
    }, 60_000);
  });
});
