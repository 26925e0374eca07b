/**
 * Three processes on one database write the same wallets, and every request goes to any of them.
 *
 * Each is a whole server, so that there are three ledgers, three consumers of every topic and three
 * keepers of time; nobody sends a customer's requests to the one that owns it.
 */
import {
  createDatabase,
  type RunningServer,
  startServer,
  type TestDatabase,
} from '@kontor/testkit';
import { checkBooks } from './books';
import { isLongRun, seedOfRun } from './random';
import { WalletLoad } from './wallet-load';

const PROCESSES = 3;
const SECONDS = isLongRun ? 30 : 5;

describe(`${PROCESSES} processes that share wallets for ${SECONDS} s`, () => {
  let database: TestDatabase;
  const servers: RunningServer[] = [];
  beforeAll(async () => {
    database = await createDatabase();
    const env = { DATABASE_URL: database.url, KONTOR_HOLD_GRACE_S: '1' };
    for (let index = 0; index < PROCESSES; index += 1) servers.push(await startServer({ env }));
  }, 180_000);
  afterAll(async () => {
    for (const server of servers) {
      await server.stop();
      server.remove();
    }
    await database.drop();
  }, 120_000);

  it('never overspend them, book everything once, and each meets the others', async () => {
    const apis = servers.map(({ live }) => live);
    const load = new WalletLoad({ seed: seedOfRun(), callers: 48, customers: 3, apis });
    await load.prepare();
    await load.run(load.enough(SECONDS));
    const { facts, worst } = await checkBooks(database.url, load, apis[0]!);
    const again = await Promise.all(servers.map(decidedAgain));
    console.log(
      `seed ${seedOfRun()}: ${load.answered.length} answers, ${facts} facts, ` +
        `worst overspend ${-worst}, batches decided again: ${again.join(', ')}`,
    );
    expect(worst).toBe(0n);
    for (const times of again) expect(times).toBeGreaterThan(0);
  }, 300_000);
});

/** How often a process found that another had written what its batch rested on. */
async function decidedAgain(server: RunningServer): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^kontor_ledger_decided_again_total(?:\{[^}]*\})? (\S+)/m.exec(text)?.[1] ?? 0);
}
