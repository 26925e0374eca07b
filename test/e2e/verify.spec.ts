/** `kontor verify` and `kontor rebuild` against the running product, as an operator runs them. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import {
  createDatabase,
  LIVE_KEY,
  pollUntil,
  type RunningServer,
  startServer,
  type TestDatabase,
} from '@kontor/testkit';
import { Client } from 'pg';
import { customerOf, simpleProduct, usage } from './stories/setting';

const CLI = path.resolve(__dirname, '../../tools/cli/dist/main.js');
const EVENTS = 50;

describe('The read models, from the command line', () => {
  let server: RunningServer;
  let installation: TestDatabase;

  beforeAll(async () => {
    installation = await createDatabase();
    server = await startServer({ env: { DATABASE_URL: installation.url } });
    await server.live.create(
      '/products',
      simpleProduct({ code: 'calls', eventType: 'call', value: { unit_price: '0.0000025' } }),
    );
    const vendor = (await server.live.create('/vendors', { name: 'Vendor' })).id;
    const cost = () => ({ id: randomUUID(), vendor_id: vendor, amount: '0.000001' });
    await server.live.create('/events', {
      customer_id: await customerOf(server.live, 'calls'),
      events: Array.from({ length: EVENTS }, () => usage('call', {}, { costs: [cost()] })),
    });
    await pollUntil(
      async () => {
        const { summary } = await server.live.read('/customers/stats?limit=1');
        return summary.gross_revenue === '0.000125' && summary.total_costs === '0.00005';
      },
      { timeoutMs: 60_000, what: 'all events in the read models' },
    );
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    server.remove();
    await installation.drop();
  }, 60_000);

  function kontor(...args: string[]): Promise<{ code: number | null; text: string }> {
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, [CLI, ...args], {
      env: { PATH, HOME, KONTOR_URL: server.url, KONTOR_API_KEY: LIVE_KEY },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, text })));
  }

  /** Changes one served row behind everybody's back; answers the event whose it was. */
  async function plantDifference(): Promise<string> {
    const database = new Client({ connectionString: installation.url });
    await database.connect();
    try {
      const { rows } = await database.query<{ event_id: string }>(
        `UPDATE profitability_projection_view.fee_value SET value = value + 1
         WHERE event_id = (SELECT min(event_id::text)::uuid
                           FROM profitability_projection_view.fee_value) RETURNING event_id`,
      );
      return rows[0]!.event_id;
    } finally {
      await database.end();
    }
  }

  it('are as the log says; what is not is named and made right again', async () => {
    expect(await kontor('verify')).toMatchObject({ code: 0 });

    const changed = await plantDifference();
    const found = await kontor('verify', 'profitability-projection');
    expect(found).toMatchObject({ code: 1 });
    expect(found.text).toContain('fee_value');
    expect(found.text).toContain(changed);

    const rebuilt = await kontor('rebuild', 'profitability-projection');
    expect(rebuilt).toMatchObject({ code: 0 });
    expect(await kontor('verify', 'profitability-projection')).toMatchObject({ code: 0 });
  }, 180_000);
});
