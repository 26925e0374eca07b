/**
 * What the benches of the projection share: logs with the facts of many events in a fresh cluster,
 * the view folded from them, and the two rivals: parse and fold in memory, COPY of the same rows.
 */
import { randomUUID } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { makeDataDir, root } from './harness.mjs';
import { unpackedFacts } from './logged-facts.mjs';

const require = createRequire(import.meta.url);
const built = (file) => require(path.join(root, file));
const eventLog = built('libs/event-log/dist/index.js');
const { ConsumerRunner } = built('libs/event-log/dist/runner/consumer-runner.js');
const { migrate, openDatabase, startEmbeddedPostgres } = built('libs/postgres/dist/index.js');
const { newId, nameBasedId } = built('libs/contracts/dist/index.js');
const projection = 'services/profitability-projection/dist';
const { viewFoldInto } = built(`${projection}/view-fold.js`);
const mapping = built(`${projection}/adapters/events/facts.mapping.js`);
const { FOLDS } = built(`${projection}/app/fold-topics.js`);
const { KnownSoFar } = built(`${projection}/app/known-so-far.js`);
const { RecentEvents } = built(`${projection}/app/recent-events.js`);
const { Changes } = built(`${projection}/domain/changes.js`);
const { ROLL_UP_TABLES } = built(`${projection}/domain/roll-ups.js`);

export const SERVICE = 'profitability-projection';
const VIEW = 'profitability_projection_view';
const OWNERS = {
  'usage.recorded.v1': 'ingestion-gateway',
  'rating.rated.v1': 'rating',
  'wallet.posted.v1': 'wallet-ledger',
  'cost.attributed.v1': 'cost-attribution',
};
const TOPICS = {
  usage: ['usage.recorded.v1', 'usageFromWire'],
  rated: ['rating.rated.v1', 'ratedFromWire'],
  wallet: ['wallet.posted.v1', 'walletFromWire'],
  costs: ['cost.attributed.v1', 'costsFromWire'],
};
export const DETAIL = [
  'usage_detail',
  'rated_detail',
  'event_product',
  'fee_value',
  'cost_detail',
  'event_share',
];
const CUSTOMERS = 1_000;
const AT = '2026-01-05T14:32:18.000000Z';
/** All that is known is in memory. */
export const NOTHING_STORED = {
  sent: async () => new Set(),
  rated: async () => new Map(),
  ratedWithSeveralProducts: async () => new Map(),
  costs: async () => new Map(),
  fees: async () => new Map(),
};
const silent = { info() {}, warn: console.warn, error: console.error };

/** Four facts an event: usage, one fee, its debit, one cost. */
function factsOf(index, customers) {
  const key = customers[index % customers.length];
  const eventId = randomUUID();
  const header = { platform: 'acc_06bqf7z9n4x8e2k1t5w3y0r7d2', mode: 'live', key };
  const about = { eventId, occurredAt: AT, subject: `chat_${index % 50_000}` };
  const productId = nameBasedId('prp', String(index % 5));
  const feeId = nameBasedId('fee', eventId);
  const costId = randomUUID();
  const vendorId = nameBasedId('vnd', String(index % 3));
  const money = { asset: 'USD', amount: '0.0125', fiatRate: '1', fiatValue: '0.0125' };
  return {
    'usage.recorded.v1': {
      ...{ type: 'usage.recorded', ...header, ...about, eventType: 'chat_completion' },
      ...{ occurredAtText: AT, recordedAt: AT, heads: { catalog: 1, costCatalog: 1 } },
      data: { input_tokens: 1200, output_tokens: 350, model: 'gpt-5' },
      costs: [{ costId, vendorId, amount: '0.004', currency: 'USD', sent: { id: costId } }],
    },
    'rating.rated.v1': {
      ...{ type: 'rating.usage-rated', ...header, ...about, eventType: 'chat_completion' },
      ...{ recordedAt: AT, catalogHead: 1, reportingCurrency: 'USD' },
      fees: [
        {
          ...{ feeId, productId, productCode: `product_${index % 5}`, productVersion: 1 },
          ...{ priceId: nameBasedId('prc', String(index % 5)), priceName: 'Tokens' },
          ...{ usageType: 'volume', volumeField: 'input_tokens', dimensions: { model: 'gpt-5' } },
          alternatives: [{ ...money, description: 'Fee', inputVolume: '1200', volumeRate: '1' }],
        },
      ],
    },
    'wallet.posted.v1': {
      ...{
        type: 'wallet.fee-debited',
        ...header,
        ...about,
        transactionId: feeId,
        feeId,
        productId,
      },
      ...{ accountId: 'default:USD', alternative: 0, ...money, takes: [], debt: '0.0125' },
      ...{ debtFrom: '0', uncollected: '0', balance: '0', at: AT, legs: [] },
    },
    'cost.attributed.v1': {
      ...{ type: 'cost.usage-costs-attributed', ...header, ...about },
      ...{ catalogHead: 1, costCatalogHead: 1, reportingCurrency: 'USD' },
      costs: [
        {
          ...{ costId, vendorId, amount: '0.004', currency: 'USD' },
          ...{ rate: '1', converted: '0.004' },
        },
      ],
    },
  };
}

export async function openWorld(events) {
  const dataDir = makeDataDir();
  const folder = makeDataDir();
  chmodSync(folder, 0o777);
  const postgres = await startEmbeddedPostgres(dataDir);
  const wakeups = eventLog.createWakeups();
  const { url } = postgres;
  const sets = [
    eventLog.eventLogMigrations,
    { set: SERVICE, dir: path.join(root, 'services', SERVICE, 'migrations') },
  ];
  await migrate({ url, service: SERVICE }, sets);
  const customers = Array.from({ length: CUSTOMERS }, () => newId('cust'));
  const logs = new Map();
  for (const service of Object.values(OWNERS)) {
    await migrate({ url, service }, [eventLog.eventLogMigrations]);
    const database = await openDatabase({ url, service, poolSize: 2 });
    logs.set(service, { database, log: await eventLog.openLocalLog(database, service, wakeups) });
  }
  for (let done = 0; done < events; done += 1_000)
    await append(
      logs,
      Array.from({ length: 1_000 }, (_, at) => factsOf(done + at, customers)),
    );
  for (const { database } of logs.values()) {
    await database.query('ANALYZE');
    await database.close();
  }
  const database = await openDatabase({ url, service: SERVICE });
  const busDatabase = await openDatabase({ url, service: 'bus' });
  const bus = eventLog.openPostgresBus({ database: busDatabase, wakeups, logger: silent });
  return {
    ...{
      url,
      database,
      busDatabase,
      bus,
      wakeups,
      sets,
      folder,
      facts: events * 4,
      logger: silent,
    },
    close: async () => {
      await bus.close();
      await database.close();
      await busDatabase.close();
      await postgres.stop();
      for (const one of [dataDir, folder]) rmSync(one, { recursive: true, force: true });
    },
  };
}

/** As the services append it: what an event leads to names the usage record that it came in. */
async function append(logs, events) {
  const { 'usage.recorded.v1': usageOwner, ...others } = OWNERS;
  const usage = eventLog.buildRecords(
    'usage.recorded.v1',
    events.map((event) => event['usage.recorded.v1']),
  );
  const positions = await appendTo(logs.get(usageOwner), usage);
  const byId = new Map(events.map((event) => [event['usage.recorded.v1'].eventId, event]));
  for (const [topic, owner] of Object.entries(others)) {
    const records = usage.flatMap(({ facts }, at) => {
      const answers = facts.map(({ eventId }) => byId.get(eventId)[topic]);
      return eventLog.buildRecords(topic, answers, positions[at]);
    });
    await appendTo(logs.get(owner), records);
  }
}

const appendTo = ({ log, database }, records) =>
  database.transaction((tx) => log.append(tx, records));

/**
 * The consumers as they run, from an empty view to the heads, writing the tables of a part; answers
 * facts a second.
 */
export async function catchUp(world, tables) {
  await world.database.query(`DROP SCHEMA ${VIEW} CASCADE`);
  await migrate({ url: world.url, service: SERVICE }, world.sets);
  const checkpoints = eventLog.openCheckpoints(world.database, world.wakeups);
  const fold = viewFoldInto(tables, { database: world.database, checkpoints, logger: silent });
  const begin = performance.now();
  const running = [];
  for (const [name, [topic]] of Object.entries(TOPICS)) {
    const consumer = `${SERVICE}.${name}`;
    const handler = (batch) => fold.consumers[consumer].apply(batch);
    const runner = new ConsumerRunner({ consumer, topic, checkpoints, handler, logger: silent });
    running.push(await world.bus.subscribe(runner));
  }
  for (const [name, [topic]] of Object.entries(TOPICS))
    for (const head of await world.bus.heads(topic))
      await checkpoints.waitFor(`${SERVICE}.${name}`, head, 600_000);
  const seconds = (performance.now() - begin) / 1_000;
  await Promise.all(running.map((one) => one.stop()));
  return world.facts / seconds;
}

/** A whole rebuild, from the request to the dropped old view; answers facts a second. */
export async function rebuild(world, tables) {
  const rebuilds = new eventLog.ServiceRebuilds({
    ...{ service: SERVICE, database: world.database, databaseUrl: world.url, bus: world.bus },
    ...{ migrations: world.sets, logger: silent },
    openFold: (place) => viewFoldInto(tables, { ...place, logger: silent }),
  });
  const begin = performance.now();
  const { id } = await rebuilds.start({ verify: false, swap: true });
  let found = await rebuilds.find(id);
  while (found.endedAt === null) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    found = await rebuilds.find(id);
  }
  if (found.state !== 'done') throw new Error(`the rebuild ${found.state}: ${found.reason}`);
  return world.facts / ((performance.now() - begin) / 1_000);
}

/**
 * Reads, unpacks, parses and folds the same facts, batch by batch, into one set of rows and sums in
 * memory; answers facts a second.
 */
export async function foldInMemory(world) {
  const begin = performance.now();
  const changes = new Changes();
  const known = new KnownSoFar(changes, new RecentEvents(), NOTHING_STORED);
  for (const [name, [topic, fromWire]] of Object.entries(TOPICS)) {
    const schema = OWNERS[topic].replaceAll('-', '_');
    for (let partition = 0; partition < 8; partition += 1) {
      const rows = await world.database.query(
        `SELECT facts FROM ${schema}.log_record WHERE topic = $1 AND partition = $2 ORDER BY position`,
        [topic, partition],
      );
      for (let at = 0; at < rows.length; at += 20) {
        const facts = rows.slice(at, at + 20).flatMap((row) => unpackedFacts(row.facts));
        const entries = facts.flatMap((fact) => mapping[fromWire](fact));
        await FOLDS[name](changes, entries, known);
      }
    }
  }
  for (const table of ROLL_UP_TABLES) changes.rollUps.rows(table);
  return world.facts / ((performance.now() - begin) / 1_000);
}

/** The rows of the detail in files, for `copyDetail`; the view holds them all. */
export async function keepDetail(world) {
  for (const table of DETAIL)
    await world.database.query(`COPY ${VIEW}.${table} TO '${world.folder}/${table}'`);
}

/** COPY of the detail's rows into empty tables with the same indexes; answers facts a second. */
export async function copyDetail(world) {
  const { database, folder } = world;
  await database.query('DROP SCHEMA IF EXISTS bench_copy CASCADE');
  await database.query('CREATE SCHEMA bench_copy');
  for (const table of DETAIL)
    await database.query(`CREATE TABLE bench_copy.${table} (LIKE ${VIEW}.${table} INCLUDING ALL)`);
  const begin = performance.now();
  for (const table of DETAIL)
    await database.query(`COPY bench_copy.${table} FROM '${folder}/${table}'`);
  return world.facts / ((performance.now() - begin) / 1_000);
}
