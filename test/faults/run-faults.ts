/** One schedule against one world under load, and what must be true afterwards. */
import { type Answered, WalletLoad } from './wallet-load';
import { type Json, pollUntil } from '@kontor/testkit';
import { checkBooks } from './books';
import { type KindOfFault, KINDS, type Part } from './kinds';
import { pause } from './kinds/kind';
import { type Fault, FAULT_KINDS, type FaultKind, planSchedule } from './schedule';
import { COST, FEE } from './wallet-load';
import type { World } from './world';

const CALLERS = 12;
const CUSTOMERS = 4;
/** Callers come to an end only when every process answers again. */
const PROCESSED_TIMEOUT_MS = 180_000;
const VERIFY_TIMEOUT_MS = 120_000;
const SERVICES_WITH_VIEWS = [
  'ingestion-gateway',
  'rating',
  'cost-attribution',
  'wallet-ledger',
  'profitability-projection',
];

export interface FaultRun {
  readonly seed: number;
  /** Faults at least; each kind that can be had comes once anyway. */
  readonly count: number;
}

/**
 * Errors: fails the test that calls it, and has printed the seed by then.
 */
export async function runFaults(world: World, { seed, count }: FaultRun): Promise<void> {
  const kinds = kindsFor(world);
  const plan = planSchedule({ seed, kinds, count });
  console.log(
    `faults: KONTOR_SEED=${seed}\n` +
      plan.map(({ atMs, kind, lastsMs }) => `  ${atMs} ms ${kind} for ${lastsMs} ms`).join('\n'),
  );
  const load = new WalletLoad({
    ...{ seed, callers: CALLERS, customers: CUSTOMERS, hasCosts: true },
    apis: world.apis,
  });
  await load.prepare();
  await load.run(play(world, load, plan));
  await checkAll(world, load);
  const refusals = [...load.refusals].map(([said, times]) => `  ${times} x ${said}`);
  console.log(
    [
      `seed ${seed}: ${load.answered.length} answers, ${load.sentUsage.length} of them usage, ` +
        `${load.repeated} requests repeated; refusals:`,
      ...refusals,
    ].join('\n'),
  );
}

function kindsFor(world: World): FaultKind[] {
  return FAULT_KINDS.filter((kind) => {
    const reason = KINDS[kind].whyNot?.(world);
    if (reason !== undefined) process.stderr.write(`fault left out: ${kind}: ${reason}\n`);
    return reason === undefined;
  });
}

/** Faults start when the plan says, or when what they break is whole again. */
async function play(world: World, load: WalletLoad, plan: readonly Fault[]): Promise<void> {
  const startedAt = Date.now();
  const busy = new Map<Part, Promise<void>>();
  const targetOf = ({ target }: Fault): string => world.processes[target % world.processes.length]!;
  const inject = async (fault: Fault, kind: KindOfFault): Promise<void> => {
    await Promise.all(kind.parts.map((part) => busy.get(part) ?? Promise.resolve()));
    await pause(fault.atMs - (Date.now() - startedAt));
    await kind.inject({ world, load, targetOf }, fault);
  };
  const injected = plan.map((fault) => {
    const kind = KINDS[fault.kind];
    const done = inject(fault, kind);
    for (const part of kind.parts) busy.set(part, done);
    return done;
  });
  const results = await Promise.allSettled(injected);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

async function checkAll(world: World, load: WalletLoad): Promise<void> {
  const [api] = world.apis;
  const used = load.answered.filter(({ kind, status }) => kind === 'usage' && status < 300);
  expect(used.length).toBeGreaterThan(0);
  for (const customer of load.customers) await checkEvents(world, customer, used);
  const { worst } = await checkBooks(world.databaseUrl(), load, api!);
  // Nobody's policy lets anything go below zero.
  expect(worst).toBe(0n);
  for (const service of SERVICES_WITH_VIEWS) {
    expect([service, await api!.read(`/admin/${service}/dead-letters`)]).toMatchObject([
      service,
      { items: [] },
    ]);
    expect([service, await verify(world, service)]).toMatchObject([
      service,
      { state: 'done', comparison: { same: true, differences: [] } },
    ]);
  }
  // What a client may see is "come again", never a failure of ours.
  const said = [...load.refusals.keys()];
  expect(said.filter((each) => !/^(503|429) \S+ retry-after \d+$/.test(each))).toEqual([]);
}

/** Every accepted event is there once, with one fee and one cost; nothing else is. */
async function checkEvents(
  world: World,
  customer: string,
  used: readonly Answered[],
): Promise<void> {
  const ids = used.filter((each) => each.customer === customer).map(({ id }) => id);
  const events = await pollUntil(
    async () => {
      const all = await eventsOf(world, customer);
      return all.every(({ status }) => status === 'processed') && all.length >= ids.length && all;
    },
    { timeoutMs: PROCESSED_TIMEOUT_MS, what: `${ids.length} processed events of ${customer}` },
  );
  expect(events.map(({ id }) => id).sort()).toEqual([...ids].sort());
  for (const { id, fees, costs } of events)
    expect([id, fees.map(amountOf), costs.map(amountOf)]).toEqual([id, [FEE], [COST]]);
}

const amountOf = ({ amount }: Json): string => amount;

async function eventsOf(world: World, customer: string): Promise<Json[]> {
  const items: Json[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Json = await world.apis[0]!.read(
      `/events?customer_id=${customer}&limit=100${from}`,
    );
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}

/** The log folded anew beside the read model: what `kontor verify` asks. */
async function verify({ apis: [api] }: World, service: string): Promise<Json> {
  const path = `/admin/${service}/rebuilds`;
  const { id } = await api!.create(path, { verify: true, swap: false });
  return pollUntil(
    async () => {
      const found: Json = await api!.read(`${path}/${id}`);
      return found.ended_at !== null && found;
    },
    { timeoutMs: VERIFY_TIMEOUT_MS, what: `the comparison of ${service}` },
  );
}
