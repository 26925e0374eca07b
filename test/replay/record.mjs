/**
 * Records the facts of a small story: `node test/replay/record.mjs <release>` plays it against the
 * built product and writes each service's topics to services/<service>/test/recorded/<release>/,
 * one record a line. Recorded streams are never changed: a release adds its own.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { clientOf, pause, root, startServer } from '../load/harness.mjs';
import { unpackedFacts } from '../load/logged-facts.mjs';

const pg = createRequire(import.meta.url)('pg');
const release = process.argv[2];
if (!/^\d+\.\d+\.\d+$/.test(release ?? '')) throw new Error('which release, e.g. 0.1.0?');

const TOPICS = {
  'usage.recorded.v1': 'ingestion-gateway',
  'catalog.v1': 'catalog',
  'cost.catalog.v1': 'cost-attribution',
  'rating.rated.v1': 'rating',
  'wallet.posted.v1': 'wallet-ledger',
  'cost.attributed.v1': 'cost-attribution',
};

async function play(api) {
  await api.post('/assets', {
    code: 'MIN',
    name: 'Minutes',
    rates: [{ source: 'USD', rate: 0.1 }],
  });
  const price = (asset, unitPrice) => ({
    ...{ name: 'Calls', type: 'usage_based', billing_model: { type: 'real_time' } },
    usage_calculation: { event_type: 'call', usage_type: 'unit' },
    pricing: [{ asset, values: [{ unit_price: unitPrice }] }],
  });
  await api.post('/products', {
    name: 'Calls',
    code: 'calls',
    prices: [price('USD', '0.25')],
    publish: true,
  });
  const vendor = await api.post('/vendors', { name: 'Vendor', external_id: 'vendor' });
  const customer = await api.post('/customers', {
    ...{ name: 'Acme', external_id: 'acme', subscriptions: [{ products: [{ code: 'calls' }] }] },
  });
  const events = Array.from({ length: 8 }, (_, at) => ({
    ...{
      id: randomUUID(),
      event_type: at === 7 ? 'unpriced' : 'call',
      occurred_at: '2026-01-05T14:32:18Z',
    },
    ...{ subject: `chat_${at % 2}`, data: { tokens: 100 + at } },
    ...(at % 2 === 0 && { costs: [{ id: randomUUID(), vendor_id: vendor.id, amount: '0.16' }] }),
  }));
  await api.post('/events', { customer_id: customer.id, events });
  for (const { id } of events)
    for (let looks = 0; looks < 100; looks += 1) {
      const event = await api.get(`/events/${id}`);
      if (event.status === 'processed') break;
      await pause(100);
    }
}

const server = await startServer();
const api = clientOf(server, 1);
try {
  await play(api);
  const read = (file) => readFileSync(path.join(server.dataDir, file), 'utf8');
  const [, , , port] = read('postgres/postmaster.pid').split('\n');
  const password = read('postgres-password').trim();
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port: Number(port), user: 'kontor', database: 'kontor', password },
  });
  await client.connect();
  for (const [topic, service] of Object.entries(TOPICS)) {
    const { rows } = await client.query(
      `SELECT partition, position::int, facts, cause_topic, cause_partition, cause_position::int
       FROM ${service.replaceAll('-', '_')}.log_record WHERE topic = $1 ORDER BY partition, position`,
      [topic],
    );
    const folder = path.join(root, 'services', service, 'test/recorded', release);
    mkdirSync(folder, { recursive: true });
    const lines = rows.map(({ facts, ...row }) =>
      JSON.stringify({ ...row, facts: unpackedFacts(facts) }),
    );
    writeFileSync(path.join(folder, `${topic}.jsonl`), `${lines.join('\n')}\n`);
    console.log(`${topic}: ${rows.length} records`);
  }
  await client.end();
} finally {
  api.close();
  await server.stop();
  server.remove();
}
