/**
 * R6: events a second that the gateway takes, `POST /events` of 100, answered once they are durable;
 * against a Fastify server that echoes the same bodies. The gateway runs in a process of its own, as
 * it does distributed, beside the owners that it asks (catalog, cost attribution), each on a database
 * of its own: without a bus between them nobody consumes what is taken.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  clientOf,
  cpuSecondsOf,
  cpuSecondsOfPostgres,
  createDatabase,
  freePort,
  KEY,
  machine,
  makeDataDir,
  median,
  report,
  root,
  startRival,
  startService,
} from './harness.mjs';
import * as load from './pipeline-load.mjs';

const require = createRequire(import.meta.url);
const pg = require('pg');
const { startEmbeddedPostgres } = require(path.join(root, 'libs/postgres/dist/index.js'));

const EVENTS = 20_000;
const CALLERS = 32;
const ROUNDS = 5;
const CUSTOMERS = 1_000;
const FLOOR = 0.15;

export async function run() {
  const postgres = await startEmbeddedPostgres(makeDataDir());
  const gateway = await openGateway(postgres);
  const echo = await startRival('echo.mjs');
  try {
    const rates = { ours: [], rival: [] };
    const cpu = { node: 0, postgres: 0, rival: 0 };
    const used = () => ({
      node: cpuSecondsOf(gateway.pid),
      postgres: cpuSecondsOfPostgres(postgres.pid()),
      rival: cpuSecondsOf(echo.pid),
    });
    for (let round = -1; round < ROUNDS; round += 1) {
      const bodies = load.prepare(gateway.customers, EVENTS / load.BATCH);
      for (const [side, { client }] of Object.entries({ ours: gateway, rival: echo })) {
        const before = used();
        const begin = performance.now();
        await load.sendAll(client, bodies, CALLERS, side === 'ours' ? 202 : 200);
        const rate = (EVENTS * 1_000) / (performance.now() - begin);
        if (round < 0) continue;
        rates[side].push(Math.round(rate));
        const after = used();
        for (const name of side === 'ours' ? ['node', 'postgres'] : ['rival'])
          cpu[name] += ((after[name] - before[name]) * 1e6) / (EVENTS * ROUNDS);
      }
    }
    const [us, them] = [median(rates.ours), median(rates.rival)];
    report({
      id: 'R6',
      ours: us,
      rival: them,
      unit: 'events/s',
      ratio: Number((us / them).toFixed(2)),
      floor: FLOOR,
      met: us / them >= FLOOR,
      spread: rates,
      invariants: await gateway.invariants(EVENTS * (ROUNDS + 1)),
      settings: {
        batch: load.BATCH,
        callers: CALLERS,
        customers: CUSTOMERS,
        fsync: 'on',
        synchronous_commit: 'on',
        cpuMicrosPerEvent: Object.fromEntries(
          Object.entries(cpu).map(([name, micros]) => [name, Math.round(micros)]),
        ),
      },
      machine: machine(),
      when: new Date().toISOString(),
    });
  } finally {
    await echo.stop();
    await gateway.stop();
    await postgres.stop();
  }
}

async function openGateway(postgres) {
  const services = ['catalog', 'cost-attribution', 'ingestion-gateway'];
  const ports = await Promise.all(services.map(freePort));
  const urls = [];
  for (const name of services) urls.push(await createDatabase(postgres, name.replaceAll('-', '_')));
  const env = {
    // The owner of costs looks in vain for a log of usage in its database, and says so.
    LOG_LEVEL: 'error',
    KONTOR_API_KEY: KEY,
    KONTOR_INTERNAL_SECRET: 'a secret of this bench',
    KONTOR_SERVICES: services.map((name, at) => `${name}=http://127.0.0.1:${ports[at]}`).join(','),
  };
  const running = [];
  for (const [at, name] of services.entries())
    running.push(
      await startService({
        main: `services/${name}/dist/main.js`,
        port: ports[at],
        env: { ...env, DATABASE_URL: urls[at] },
      }),
    );
  const client = clientOf({ port: ports[2] });
  const { customers } = await load.setUp(client, CUSTOMERS);
  return {
    client,
    customers,
    pid: running.at(-1).pid,
    async invariants(sent) {
      const client = new pg.Client({ connectionString: urls[2] });
      await client.connect();
      const { rows } = await client.query(
        `SELECT (SELECT count(*) FROM ingestion_gateway.accepted_event)::int AS ids,
                (SELECT sum(facts_count) FROM ingestion_gateway.log_record
                 WHERE topic = 'usage.recorded.v1')::int AS facts`,
      );
      await client.end();
      const { ids, facts } = rows[0];
      return ids === sent && facts === sent ? 'held' : `${ids} ids, ${facts} facts of ${sent}`;
    },
    async stop() {
      client.close();
      for (const service of running.reverse()) await service.stop();
    },
  };
}
