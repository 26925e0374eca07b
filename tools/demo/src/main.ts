/**
 * `npm run demo`: plays an AI platform against a running server, or starts one for it.
 *
 * Options: `--events N` how many (default 3000, or 1000 a day with --days); `--days N` as history
 *          over the last N days; `--rate N` events a second (default as fast as they go).
 * It uses the test mode's key, so that nothing of it appears among live figures.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Api, type Json } from './api';
import { CUSTOMERS } from './audience';
import { setUp, type Directory } from './setup';
import { renderTable, type Row } from './table';
import { Workload, type DemoEvent } from './workload';

const BATCH = 100;
const DAY_MS = 86_400_000;
const EVENTS = 3_000;
const EVENTS_PER_DAY = 1_000;
const EVENTS_MAX = 1_000_000;
const DAYS_MAX = 366;
const REFRESH_MS = 1_000;
const START_TIMEOUT_MS = 60_000;
const repository = path.resolve(__dirname, '../../..');

interface Plan {
  readonly events: number;
  readonly days: number;
  readonly rate: number | undefined;
}

const say = (line: string): void => console.log(line);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function main(): Promise<void> {
  const plan = readPlan();
  const url = process.env['KONTOR_URL'] ?? `http://127.0.0.1:${process.env['PORT'] ?? '8080'}`;
  const started = (await isUp(url)) ? undefined : await startServer(url);
  if (started) process.once('SIGINT', () => void stopServer(started).then(() => process.exit(130)));
  try {
    const api = new Api(url, readKey());
    say(`Kontor at ${url}, test mode`);
    const directory = await setUp(api, say);
    await play(api, directory, plan);
    await finalTable(api, directory);
  } finally {
    if (started) await stopServer(started);
  }
}

function readPlan(): Plan {
  const { values } = parseArgs({
    options: { events: { type: 'string' }, days: { type: 'string' }, rate: { type: 'string' } },
  });
  const days = whole('days', values.days, 0, DAYS_MAX);
  const usual = days > 0 ? days * EVENTS_PER_DAY : EVENTS;
  return {
    days,
    events: whole('events', values.events, usual, EVENTS_MAX),
    rate: values.rate === undefined ? undefined : whole('rate', values.rate, 1, EVENTS_MAX),
  };
}

function whole(name: string, text: string | undefined, usual: number, most: number): number {
  if (text === undefined) return usual;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new Error(`--${name} is a whole number from 1 to ${most}`);
  return value;
}

async function play(api: Api, directory: Directory, plan: Plan): Promise<void> {
  const begin = Date.now();
  const workload = new Workload(`${plan.days} days, ${new Date(begin).toISOString()}`);
  let sent = 0;
  let shownAt = 0;
  while (sent < plan.events) {
    const size = Math.min(BATCH, plan.events - sent);
    const perCustomer = new Map<string, DemoEvent[]>();
    for (let index = 0; index < size; index += 1) {
      const at = plan.days > 0 ? history(plan, begin, sent + index) : new Date();
      const { customer, event } = workload.next(at);
      const id = directory.get(customer.externalId) ?? '';
      perCustomer.set(id, [...(perCustomer.get(id) ?? []), event]);
    }
    await Promise.all(
      [...perCustomer].map(([customer_id, events]) => api.post('/events', { customer_id, events })),
    );
    sent += size;
    if (Date.now() - shownAt >= REFRESH_MS && process.stdout.isTTY) {
      shownAt = Date.now();
      await show(api, directory, `${sent} of ${plan.events} events`);
    } else if (sent % 1_000 === 0) say(`${sent} of ${plan.events} events sent`);
    if (plan.rate !== undefined)
      await pause(Math.max(0, begin + (sent / plan.rate) * 1_000 - Date.now()));
  }
  say(`${sent} events in ${((Date.now() - begin) / 1_000).toFixed(1)} s`);
}

/** Spread evenly over the days, ending now. */
const history = (plan: Plan, now: number, index: number): Date =>
  new Date(now - plan.days * DAY_MS * (1 - index / plan.events));

async function show(api: Api, directory: Directory, progress: string): Promise<void> {
  const table = renderTable(await rows(api, directory), true);
  process.stdout.write(`\u001b[2J\u001b[H${table}\n\n${progress}\n`);
}

/** Once everything that was sent has its fee and its cost, nothing moves any more. */
async function finalTable(api: Api, directory: Directory): Promise<void> {
  let before = '';
  for (;;) {
    const table = renderTable(await rows(api, directory), process.stdout.isTTY === true);
    if (table === before) {
      say(`\n${table}`);
      return;
    }
    before = table;
    await pause(REFRESH_MS);
  }
}

async function rows(api: Api, directory: Directory): Promise<Row[]> {
  const page = await api.get('/customers/stats?order=revenue&limit=100');
  const names = new Map(CUSTOMERS.map(({ externalId, name }) => [directory.get(externalId), name]));
  const ours = (page['items'] as Json[]).filter((item) => names.has(String(item['id'])));
  return Promise.all(
    ours.map(async (item) => {
      const id = String(item['id']);
      const stats = item['stats'] as Json;
      const list = await api.get(`/events?customer_id=${id}&limit=1`);
      return {
        name: names.get(id) ?? id,
        events: Number(list['total_count']),
        cost: String(stats['total_costs']),
        revenue: String(stats['gross_revenue']),
        margin: stats['margin'] === null ? null : String(stats['margin']),
      };
    }),
  );
}

function readKey(): string {
  const given = process.env['KONTOR_TEST_API_KEY'];
  if (given) return given;
  const file = path.join(
    process.env['KONTOR_DATA_DIR'] ?? path.join(repository, '.kontor'),
    'test-api-key',
  );
  if (!existsSync(file))
    throw new Error(`no key: set KONTOR_TEST_API_KEY (${file} is not there either)`);
  return readFileSync(file, 'utf8').trim();
}

const isUp = async (url: string): Promise<boolean> =>
  (await fetch(`${url}/health/ready`).catch(() => undefined))?.status === 200;

async function startServer(url: string): Promise<ChildProcess> {
  say(`no server at ${url}: starting one`);
  const main = path.join(repository, 'services/all-in-one/dist/main.js');
  const child = spawn(process.execPath, [main], {
    cwd: repository,
    env: { ...process.env, PORT: new URL(url).port || '8080', LOG_LEVEL: 'warn' },
    // Its own session: Ctrl-C reaches the demo, which then stops the server in order.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isUp(url))) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error('the server did not start');
    await pause(100);
  }
  return child;
}

function stopServer(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('close', () => resolve());
    child.kill('SIGTERM');
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
