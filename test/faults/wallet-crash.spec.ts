/**
 * kill -9 of the server and an immediate stop of its PostgreSQL, again and again under load: what
 * was answered is in the books, once, and what nobody knows is found out by its id.
 *
 * Method: callers repeat a request that got no answer with the same id. The faults, their kinds and
 *         the time between them are seeded. PostgreSQL's SIGQUIT is what `pg_ctl -m immediate` sends.
 */
import { makeDataDir, type RunningServer, startServer } from '@kontor/testkit';
import { checkBooks, embeddedDatabaseUrl, postmasterOf } from './books';
import { type Random, isLongRun, randomFrom, seedOfRun } from './random';
import { WalletLoad } from './wallet-load';

const FAULTS = isLongRun ? 24 : 4;
const CALLERS = 32;
/** Between two faults: long enough for answers, short enough to hit what the last one left. */
const PAUSE_MIN_MS = 700;
const PAUSE_SPREAD_MS = isLongRun ? 3_000 : 1_000;

const FAULT_KINDS = ['server', 'postgres', 'both'] as const;
type Fault = (typeof FAULT_KINDS)[number];

describe(`${FAULTS} crashes under load`, () => {
  let server: RunningServer;
  const env = { KONTOR_HOLD_GRACE_S: '1' };
  afterAll(async () => {
    await server.stop();
    server.remove();
  }, 60_000);

  it('lose nothing that was answered, and book nothing twice', async () => {
    const seed = seedOfRun();
    const dataDir = makeDataDir();
    server = await startServer({ dataDir, env });
    const load = new WalletLoad({ seed, callers: CALLERS, customers: 4, apis: [server.live] });
    await load.prepare();
    const random = randomFrom(seed);
    const done: Fault[] = [];
    const crash = async (): Promise<void> => {
      while (done.length < FAULTS) {
        await pause(random);
        // Each kind comes, whatever the seed.
        const fault = FAULT_KINDS[done.length] ?? random.pick(FAULT_KINDS);
        if (fault !== 'server') process.kill(postmasterOf(dataDir).pid, 'SIGQUIT');
        if (fault !== 'postgres') {
          const { port } = server;
          await server.kill();
          server = await startServer({ dataDir, port, env });
        }
        done.push(fault);
      }
      await pause(random);
    };
    await load.run(crash());
    const { facts, worst } = await checkBooks(embeddedDatabaseUrl(dataDir), load, server.live);
    console.log(
      `seed ${seed}: ${done.join(', ')}; ${load.answered.length} answers, ` +
        `${load.repeated} requests repeated, ${facts} facts, worst overspend ${-worst}`,
    );
    expect(worst).toBe(0n);
    expect(load.repeated).toBeGreaterThan(0);
  }, 600_000);
});

const pause = (random: Random): Promise<unknown> =>
  new Promise((resolve) => setTimeout(resolve, PAUSE_MIN_MS + random.below(PAUSE_SPREAD_MS)));
