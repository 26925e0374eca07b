/**
 * What the ledger's log says, added up independently of the ledger, and compared with what callers
 * were answered and with what the wallets show.
 */
import type { WalletPostedV1 } from '@kontor/contracts';
import { type ApiClient, type Json, pollUntil, storedFacts } from '@kontor/testkit';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import type { Answered, WalletLoad } from './wallet-load';

/** Amounts have at most 12 decimals. */
const DECIMALS = 12;
const SETTLED_TIMEOUT_MS = 60_000;

/** An amount in its smallest units: exact, and no library of the code that is tested. */
export function units(amount: string): bigint {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  const value = BigInt(whole + fraction.padEnd(DECIMALS, '0'));
  return sign === '-' ? -value : value;
}

/** Address of the database under a data folder. */
export function embeddedDatabaseUrl(dataDir: string): string {
  const password = readFileSync(path.join(dataDir, 'postgres-password'), 'utf8');
  const { port } = postmasterOf(dataDir);
  return `postgres://kontor:${encodeURIComponent(password)}@127.0.0.1:${port}/kontor`;
}

export function postmasterOf(dataDir: string): { readonly pid: number; readonly port: number } {
  const lines = readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]) };
}

/** All facts of the ledger, in the order of each partition. */
async function factsOf(databaseUrl: string): Promise<WalletPostedV1[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ facts: string }>(
      `SELECT facts FROM wallet_ledger.log_record WHERE topic = 'wallet.posted.v1'
       ORDER BY partition, position`,
    );
    return rows.flatMap(({ facts }) => storedFacts<WalletPostedV1>(facts));
  } finally {
    await client.end();
  }
}

export interface Books {
  readonly facts: number;
  /** The lowest balance that any fact left behind. */
  readonly worst: bigint;
}

/**
 * Checks the log against the answers, the wallets and itself.
 *
 * Errors: fails the test that calls it.
 */
export async function checkBooks(
  databaseUrl: string,
  load: WalletLoad,
  api: ApiClient,
): Promise<Books> {
  const facts = await pollUntil(() => settledFacts(databaseUrl, load), {
    timeoutMs: SETTLED_TIMEOUT_MS,
    what: 'all usage debited and every expired hold given back',
  });
  const worst = checkSums(facts);
  checkIds(facts);
  checkAnswers(facts, load.answered);
  checkHolds(facts, load.answered);
  for (const customer of load.customers) await checkWallet(facts, customer, api);
  expect((await api.read('/admin/trial-balance')).balanced).toBe(true);
  await checkAudit(api);
  const { items } = await api.read('/admin/wallet-ledger/dead-letters');
  expect(items).toEqual([]);
  return { facts: facts.length, worst };
}

/** Undefined while usage waits for its debit, or an expired hold for its end. */
async function settledFacts(
  databaseUrl: string,
  { customers, answered }: WalletLoad,
): Promise<readonly WalletPostedV1[] | undefined> {
  const facts = (await factsOf(databaseUrl)).filter(({ key }) => customers.includes(key));
  const debited = facts.filter(({ type }) => type === 'wallet.fee-debited').length;
  const used = answered.filter(({ kind, status }) => kind === 'usage' && status < 300).length;
  if (debited < used) return undefined;
  const ended = new Set(facts.map(endedBy));
  const waits = facts.some(
    (fact) =>
      fact.type === 'wallet.hold-placed' &&
      isShort(fact.at, fact.expiresAt) &&
      !ended.has(fact.authorizationId),
  );
  return waits ? undefined : facts;
}

/** It expires while the test waits; the others are still open when it ends. */
const isShort = (from: string, until: string): boolean =>
  Date.parse(until) - Date.parse(from) < 60_000;

/** Legs add up to zero, balances are what legs add up to, and none is below zero. */
function checkSums(facts: readonly WalletPostedV1[]): bigint {
  const running = new Map<string, bigint>();
  let worst = 0n;
  for (const fact of facts) {
    expect(sumOf(fact, () => true)).toBe(0n);
    if (!('balance' in fact)) continue;
    const account = `${fact.key} ${fact.accountId}`;
    const after = (running.get(account) ?? 0n) + sumOf(fact, isAvailable);
    running.set(account, after);
    if (units(fact.balance) !== after)
      throw new Error(`a balance is ${after} by its legs: ${JSON.stringify(fact)}`);
    if (after < worst) worst = after;
  }
  return worst;
}

const isAvailable = (account: string): boolean => account === 'available' || account === 'debt';

const sumOf = (fact: WalletPostedV1, of: (account: string) => boolean): bigint =>
  fact.legs.filter(({ account }) => of(account)).reduce((all, leg) => all + units(leg.amount), 0n);

/** Nothing is booked twice. */
function checkIds(facts: readonly WalletPostedV1[]): void {
  const ids = facts.flatMap((fact) => ('transactionId' in fact ? [fact.transactionId] : []));
  expect(new Set(ids).size).toBe(ids.length);
  const used = facts.flatMap((fact) =>
    fact.type === 'wallet.authorization-used' ? [fact.eventId] : [],
  );
  expect(new Set(used).size).toBe(used.length);
}

const KINDS = {
  'wallet.funds-credited': 'topup',
  'wallet.funds-debited': 'withdrawal',
  'wallet.funds-charged': 'charge',
  'wallet.hold-placed': 'hold',
  'wallet.fee-debited': 'usage',
} as const;

/**
 * What was answered with success is booked, once; what was refused is not; nothing else is.
 *
 * One thing may come late: a refusal leaves no trace, so a request that was sent before without an
 * answer, and waits in a process that stands still, may find money when that process wakes.
 */
function checkAnswers(facts: readonly WalletPostedV1[], answered: readonly Answered[]): void {
  const late = new Set(answered.filter(isRefusedRepeat).map(lineOf));
  const promised = answered
    .filter(({ kind, status }) => status < 300 && kind !== 'capture' && kind !== 'void')
    .map(lineOf);
  const booked = facts.flatMap((fact) => {
    const kind = KINDS[fact.type as keyof typeof KINDS];
    if (!kind || !('amount' in fact)) return [];
    const id = fact.type === 'wallet.fee-debited' ? fact.eventId : fact.transactionId;
    return [lineOf({ kind, id, customer: fact.key, amount: fact.amount })];
  });
  expect(booked.filter((line) => !late.has(line)).sort()).toEqual(promised.sort());
}

const isRefusedRepeat = ({ status, sent }: Answered): boolean => status === 402 && sent > 1;

type Line = Pick<Answered, 'kind' | 'id' | 'customer' | 'amount'>;
const lineOf = ({ kind, id, customer, amount }: Line): string =>
  `${kind} ${id} ${customer} ${units(amount)}`;

/** Every hold was captured for what its captures were answered, and ends once. */
function checkHolds(facts: readonly WalletPostedV1[], answered: readonly Answered[]): void {
  const captures = new Map<string, bigint>();
  const ends = new Map<string, number>();
  for (const fact of facts) {
    if (fact.type === 'wallet.hold-captured') {
      const { authorizationId } = fact.draw;
      captures.set(authorizationId, (captures.get(authorizationId) ?? 0n) + units(fact.amount));
    }
    const ended = endedBy(fact);
    if (ended !== undefined) ends.set(ended, (ends.get(ended) ?? 0) + 1);
  }
  expect([...ends.values()].filter((times) => times !== 1)).toEqual([]);
  const promised = new Map<string, bigint>();
  const whole = new Set<string>();
  for (const { kind, hold, status, amount } of answered) {
    if (kind !== 'capture' || status !== 200 || hold === undefined) continue;
    if (amount === '0') whole.add(hold);
    promised.set(hold, (promised.get(hold) ?? 0n) + units(amount));
  }
  for (const [hold, amount] of captures)
    // A capture of all there is does not say beforehand how much that is.
    if (whole.has(hold)) expect(amount >= promised.get(hold)!).toBe(true);
    else expect([hold, amount]).toEqual([hold, promised.get(hold)]);
  for (const [hold, amount] of promised) if (amount > 0n) expect(captures.has(hold)).toBe(true);
  const voided = answered.filter(({ kind, status }) => kind === 'void' && status === 200);
  for (const { hold } of voided) expect(ends.get(hold!)).toBe(1);
}

function endedBy(fact: WalletPostedV1): string | undefined {
  if (fact.type === 'wallet.hold-released') return fact.authorizationId;
  if (fact.type === 'wallet.hold-captured' && fact.ends) return fact.draw.authorizationId;
  if (fact.type === 'wallet.authorization-used' && fact.ends) return fact.authorizationId;
  return undefined;
}

async function checkWallet(
  facts: readonly WalletPostedV1[],
  customer: string,
  api: ApiClient,
): Promise<void> {
  const own = facts.filter(({ key }) => key === customer);
  const booked = (of: (account: string) => boolean): bigint =>
    own.reduce((all, fact) => all + sumOf(fact, of), 0n);
  const account: Json = await api.read(`/customers/${customer}/wallet/default:USD`);
  expect(units(account.available)).toBe(booked(isAvailable));
  expect(units(account.held)).toBe(booked((name) => name === 'held'));
}

/** The ledger's own audit finds the same: its log folded anew is its tables. */
async function checkAudit(api: ApiClient): Promise<void> {
  const { id } = await api.create('/admin/audit', {});
  const report = await pollUntil(
    async () => {
      const now: Json = await api.read(`/admin/audit/${id}`);
      return now.status !== 'running' && now;
    },
    { timeoutMs: SETTLED_TIMEOUT_MS, what: 'the end of the audit' },
  );
  expect(report).toMatchObject({ ok: true, balanced: true, differences: [] });
}
