/**
 * R3: debits of fees a second through the ledger, in process, in batches of 500 over 1,000 wallets,
 * each batch with its records, transaction ids, wallets and checkpoints in one commit; against a
 * plain `unnest` insert of the same posting rows in batches of 500.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  decimal,
  newId as id,
  openLedger,
  SERVICE,
  walletOf,
} from './authorizations/in-process-ledger.mjs';
import { durabilityOf, needsDurability } from './authorizations/rounds.mjs';
import { machine, makeDataDir, report, root } from './harness.mjs';
import { loggedFacts, TrialBalance } from './logged-facts.mjs';

const require = createRequire(import.meta.url);
const built = (file) => require(path.join(root, file));
const { BatchSettlement } = built('libs/event-log/dist/settlement.js');
const { openDatabase, startEmbeddedPostgres } = built('libs/postgres/dist/index.js');

const BATCH = 500;
const WALLETS = 1_000;
const ROUND_MS = 2_500;
const ROUNDS = 5;
const AT = '2026-01-05T14:32:18.000000Z';

const customers = Array.from({ length: WALLETS }, () => id('cust'));

/** What one delivery of rated usage asks: 500 fees, in records of 100 with a cause each. */
function commandsOf(batch) {
  return Array.from({ length: BATCH }, (_, index) => ({
    wallet: walletOf(customers[(batch * BATCH + index) % WALLETS]),
    cause: {
      topic: 'usage.recorded.v1',
      partition: 0,
      position: batch * 5 + Math.floor(index / 100) + 1,
    },
    factIndex: index,
    command: {
      type: 'DebitFees',
      eventId: randomUUID(),
      occurredAt: AT,
      fees: [
        {
          feeId: id('fee'),
          productId: 'prp_06bqf7z9n4x8e2k1t5w3y0r7d2',
          alternatives: [
            {
              asset: 'USD',
              amount: decimal('0.0125'),
              fiatValue: '0.0125',
              fiatRate: '1',
              description: 'Tokens in',
            },
          ],
        },
      ],
    },
  }));
}

function debiting({ ledger, log }) {
  let position = 0;
  let incarnation = null;
  return async (commands) => {
    const move = { partition: 0, from: position, to: position + 1, parking: 0, parks: false };
    const settlement = new BatchSettlement({
      consumer: 'wallet-ledger.fees',
      topic: 'rating.rated.v1',
      moves: [{ ...move, incarnation: log.incarnation, before: incarnation }],
    });
    const answer = await ledger.deliver({ kind: 'delivery', commands, settlement }, 1);
    if (answer.kind !== 'applied') throw new Error(`the ledger answered ${answer.kind}`);
    incarnation = log.incarnation;
    position += 1;
  };
}

/** Two postings a debit, with what a statement shows of it. */
async function openRival(database) {
  await database.query(`CREATE TABLE posting (
    platform text NOT NULL, mode text NOT NULL, transaction_id text NOT NULL, account text NOT NULL,
    customer_id text NOT NULL, wallet_account text NOT NULL, asset text NOT NULL,
    amount numeric NOT NULL, balance numeric NOT NULL, event_id uuid NOT NULL,
    product_id text NOT NULL, description text NOT NULL, occurred_at timestamptz NOT NULL,
    at timestamptz NOT NULL, PRIMARY KEY (platform, mode, transaction_id, account))`);
  return async (commands) => {
    const rows = commands.flatMap((command) =>
      [
        ['debt', '-0.0125'],
        ['revenue', '0.0125'],
      ].map((leg) => ({ ...command, leg, fee: command.command.fees[0] })),
    );
    await database.query(
      `INSERT INTO posting SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[],
         $5::text[], $6::text[], $7::text[], $8::numeric[], $9::numeric[], $10::uuid[],
         $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[])`,
      [
        rows.map(({ wallet }) => wallet.platform),
        rows.map(({ wallet }) => wallet.mode),
        rows.map(({ fee }) => fee.feeId),
        rows.map(({ leg }) => leg[0]),
        rows.map(({ wallet }) => wallet.customerId),
        rows.map(() => 'default:USD'),
        rows.map(({ fee }) => fee.alternatives[0].asset),
        rows.map(({ leg }) => leg[1]),
        rows.map(() => '-1.25'),
        rows.map(({ command }) => command.eventId),
        rows.map(({ fee }) => fee.productId),
        rows.map(({ fee }) => fee.alternatives[0].description),
        rows.map(({ command }) => command.occurredAt),
        rows.map(() => AT),
      ],
      { name: 'postings' },
    );
  };
}

/** Debits a second for a while; making up what to debit is not counted. */
async function measure(apply, nextBatch) {
  let milliseconds = 0;
  let batches = 0;
  while (milliseconds < ROUND_MS) {
    const commands = nextBatch();
    const begin = performance.now();
    await apply(commands);
    milliseconds += performance.now() - begin;
    batches += 1;
  }
  return { rate: (batches * BATCH) / (milliseconds / 1_000), batches };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const rounded = (value) => Math.round(value);

async function invariantsOf({ database }, debits) {
  const [row] = await database.query(
    `SELECT (SELECT count(*) FROM decided_transaction)::int AS ids,
            (SELECT sum(facts_count) FROM log_record)::int AS facts,
            (SELECT count(*) FROM wallet)::int AS wallets`,
  );
  const balance = new TrialBalance();
  for await (const fact of loggedFacts((text, values) => database.query(text, values)))
    balance.add(fact);
  const unbalanced = balance.unbalanced().length;
  const right = row.ids === debits && row.facts === debits + row.wallets && unbalanced === 0;
  return right ? 'held' : `${JSON.stringify({ ...row, unbalanced })} after ${debits} debits`;
}

export async function run() {
  const dataDir = makeDataDir();
  const postgres = await startEmbeddedPostgres(dataDir);
  try {
    const ours = await openLedger(postgres.url);
    const durability = await durabilityOf((text) => ours.database.query(text));
    needsDurability(durability);
    const rivalDatabase = await openDatabase({ url: postgres.url, service: SERVICE });
    const sides = { ours: debiting(ours), rival: await openRival(rivalDatabase) };
    const rates = { ours: [], rival: [] };
    let batch = 0;
    let debits = 0;
    for (let round = -1; round < ROUNDS; round += 1)
      for (const side of ['ours', 'rival']) {
        const { rate, batches } = await measure(sides[side], () => commandsOf(batch++));
        if (side === 'ours') debits += batches * BATCH;
        if (round >= 0) rates[side].push(rounded(rate));
      }
    const [us, them] = [median(rates.ours), median(rates.rival)];
    const floor = 0.5;
    report({
      id: 'R3',
      ours: us,
      rival: them,
      unit: 'debits/s',
      ratio: Number((us / them).toFixed(2)),
      floor,
      met: us / them >= floor,
      spread: rates,
      invariants: await invariantsOf(ours, debits),
      settings: { batch: BATCH, wallets: WALLETS, ...durability },
      machine: machine(),
      when: new Date().toISOString(),
    });
    await ours.database.close();
    await rivalDatabase.close();
  } finally {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
