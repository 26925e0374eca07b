/** The ledger as the wallet-ledger service puts it together, without HTTP. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../harness.mjs';
import { HoldCounts, loggedFacts, TrialBalance } from '../logged-facts.mjs';
import { differences } from './textbook.mjs';

const require = createRequire(import.meta.url);
const built = (file) => require(path.join(root, file));
const LEDGER = 'services/wallet-ledger/dist';
const { createWakeups, eventLogMigrations, openCheckpoints, openLocalLog, partitionOf } = built(
  'libs/event-log/dist/index.js',
);
const { migrate, openDatabase } = built('libs/postgres/dist/index.js');
export const { decimal, PARITY, wire } = built('libs/money/dist/index.js');
const { PostgresLedgerStore } = built(`${LEDGER}/adapters/postgres/ledger-store.js`);
const { toRow } = built(`${LEDGER}/adapters/postgres/wallet.codec.js`);
const { fromWire } = built(`${LEDGER}/adapters/events/wallet-facts.mapping.js`);
const { initialState } = built(`${LEDGER}/domain/wallet-state.js`);
const { evolve } = built(`${LEDGER}/domain/evolve.js`);
const { walletKey } = built(`${LEDGER}/app/wallet-key.js`);
const { Ledger } = built(`${LEDGER}/app/ledger.js`);
const { addMilliseconds, newId, newUuid, systemClock } = built('libs/contracts/dist/index.js');

export { newId, newUuid };
export const SERVICE = 'wallet-ledger';
export const TENANT = { platform: 'acc_06bqf7z9n4x8e2k1t5w3y0r7d2', mode: 'live' };
const HELD_MS = 900_000;
const GRACE_MS = 60_000;

export const walletOf = (customerId) => walletKey(TENANT, customerId, partitionOf(customerId, 8));

export async function openLedger(url) {
  await migrate({ url, service: SERVICE }, [
    eventLogMigrations,
    { set: SERVICE, dir: path.join(root, 'services/wallet-ledger/migrations') },
  ]);
  const database = await openDatabase({ url, service: SERVICE });
  const wakeups = createWakeups();
  const log = await openLocalLog(database, SERVICE, wakeups);
  const checkpoints = openCheckpoints(database, wakeups);
  await checkpoints.load('wallet-ledger.fees', 'rating.rated.v1');
  const store = new PostgresLedgerStore({ database, log, checkpoints });
  const batches = [];
  const ledger = new Ledger({
    store,
    clock: systemClock,
    observer: {
      batchTaken: (commands) => {
        batches.push(commands);
        return () => undefined;
      },
      decidedAgain() {},
      refused() {},
    },
    nextTurn: setImmediate,
    graceEnds: (expiresAt) => addMilliseconds(expiresAt, GRACE_MS),
  });
  return { database, log, store, ledger, batches };
}

const ACCOUNT = { name: 'default', asset: 'USD' };

async function ask(ledger, request) {
  const answer = await ledger.request(request, 500);
  if (answer.kind !== 'accepted') throw new Error(`the ledger answered ${JSON.stringify(answer)}`);
}

export const credit = (ledger, wallet, amount) =>
  ask(ledger, {
    kind: 'request',
    wallet,
    command: {
      type: 'AdjustFunds',
      transactionId: newUuid(),
      grantId: newId('grt'),
      account: ACCOUNT,
      amount: decimal(amount),
      reason: 'external_topup',
    },
  });

/** Commands as the HTTP routes make them. */
export const authorizing = (ledger) => ({
  authorize: ({ id, wallet, amount, hash }) =>
    ask(ledger, {
      kind: 'request',
      wallet,
      id: { transactionId: id, contentHash: hash },
      command: {
        type: 'PlaceHold',
        authorizationId: id,
        account: ACCOUNT,
        amount: decimal(amount),
        lifeMs: HELD_MS,
        terms: {},
      },
    }),
  capture: ({ id, wallet, hash }) =>
    ask(ledger, {
      kind: 'request',
      wallet,
      endHash: hash,
      command: {
        type: 'CaptureHold',
        authorizationId: id,
        amount: undefined,
        final: true,
        fiatRate: PARITY,
      },
    }),
  void: ({ id, wallet, hash }) =>
    ask(ledger, {
      kind: 'request',
      wallet,
      endHash: hash,
      command: { type: 'VoidHold', authorizationId: id },
    }),
});

/** The books against what was answered, and every wallet against its own log, folded anew. */
export async function brokenLedger({ database, store }, { wallets, opened, done }) {
  const { counts, balance, folded } = await readLog(database);
  const [kept] = await database.query('SELECT count(*)::int AS ids FROM decided_transaction');
  const broken = differences(
    { ...counts, ...kept },
    {
      placed: done.authorized,
      captured: done.captured,
      released: done.voided,
      ids: done.authorized,
    },
  );
  broken.push(
    ...balance.unbalanced().map(([asset, sum]) => `trial balance of ${asset} is ${wire(sum)}`),
  );

  const stored = (await store.loadWallets(wallets)).map(({ wallet }) => wallet);
  wallets.forEach(({ customerId }, index) => {
    if (toRow(stored[index]) !== toRow(folded.get(customerId)))
      broken.push(`wallet ${customerId} is not what its log says`);
  });
  const accounts = stored.flatMap((wallet) => [...wallet.accounts.values()]);
  const sumOf = (name) => accounts.reduce((sum, account) => sum + Number(wire(account[name])), 0);
  broken.push(
    ...differences(
      { free: sumOf('free'), held: sumOf('held') },
      { free: wallets.length * opened - done.capturedCents / 100, held: 0 },
    ),
  );
  return broken.slice(0, 10);
}

async function readLog(database) {
  const [counts, balance, folded] = [new HoldCounts(), new TrialBalance(), new Map()];
  for await (const fact of loggedFacts((text, values) => database.query(text, values))) {
    counts.add(fact);
    balance.add(fact);
    const wallet = folded.get(fact.key) ?? initialState();
    evolve(wallet, fromWire(fact));
    folded.set(fact.key, wallet);
  }
  return { counts, balance, folded };
}
