/**
 * Many callers on one wallet that may never go below zero: holds, captures, voids, charges, usage.
 */
import { type RunningServer, startServer } from '@kontor/testkit';
import { checkBooks, embeddedDatabaseUrl } from './books';
import { isLongRun, seedOfRun } from './random';
import { WalletLoad } from './wallet-load';

const CALLERS = 64;
const SECONDS = isLongRun ? 30 : 4;

describe(`${CALLERS} callers on one wallet for ${SECONDS} s`, () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({ env: { KONTOR_HOLD_GRACE_S: '1' } });
  }, 90_000);
  afterAll(async () => {
    await server.stop();
    server.remove();
  }, 60_000);

  it('never overspend it, and its books are what they were answered', async () => {
    const apis = [server.live];
    const load = new WalletLoad({ seed: seedOfRun(), callers: CALLERS, customers: 1, apis });
    await load.prepare();
    await load.run(load.enough(SECONDS));
    const { facts, worst } = await checkBooks(embeddedDatabaseUrl(server.dataDir), load, apis[0]!);
    console.log(
      `seed ${seedOfRun()}: ${load.answered.length} answers, ${facts} facts, ` +
        `worst overspend ${-worst}`,
    );
    expect(worst).toBe(0n);
    for (const kind of ['hold', 'capture', 'void', 'charge', 'usage'] as const)
      expect(load.answered.some((each) => each.kind === kind && each.status < 300)).toBe(true);
    expect(load.answered.some(({ status }) => status === 402)).toBe(true);
  }, 300_000);
});
