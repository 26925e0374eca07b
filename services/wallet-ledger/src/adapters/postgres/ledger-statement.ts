/**
 * A batch as the arguments of `ledger_write`, and its answer as the addresses of the posts.
 */
import type { FactHeader } from '@kontor/contracts';
import {
  appendArguments,
  buildRecords,
  FactTooLarge,
  InvalidFact,
  type RecordDraft,
  settlementPlans,
} from '@kontor/event-log';
import { arrayOf, columnsOf, numbersOf } from '@kontor/postgres';
import {
  type LedgerWrite,
  type LogAddress,
  type Post,
  UnwritablePost,
  type WalletKey,
} from '../../app/ports';
import { toWire } from '../events/wallet-facts.mapping';
import { grantRow, repaymentRow } from './grant-rows';
import { toRow } from './wallet.codec';

export const TOPIC = 'wallet.posted.v1';

export const LEDGER_WRITE = `SELECT ledger_write(
  $1::text[], $2::int[], $3::smallint[], $4::text, $5::text[], $6::int[], $7::bigint[],
  $8::text[], $9::text[], $10::text[], $11::bigint[], $12::text,
  $13::timestamptz[],
  $14::text[], $15::text[], $16::int[], $17::int[], $18::smallint[],
  $19::text[], $20::text[], $21::int[], $22::int[], $23::smallint[],
  $24::json) AS positions`;

export interface LedgerStatement {
  readonly values: readonly unknown[];
  /** What is appended; their positions come back in this order. */
  readonly records: readonly RecordDraft[];
  /** Addresses of the posts, from where the records landed. */
  addressesFrom(landed: readonly LogAddress[]): LogAddress[];
}

/** Where an event landed: its record's place in the batch, and its place in the record. */
interface Place {
  readonly record: number;
  readonly index: number;
}

/**
 * Shape:  undefined when a delivery must not be committed in this statement (a trial run).
 * Errors: UnwritablePost.
 */
export function ledgerStatement(batch: LedgerWrite): LedgerStatement | undefined {
  const plans = settlementPlans(batch.settlements);
  if (!plans) return undefined;
  const { records, places } = recordsOf(batch.posts);
  return {
    values: [
      ...appendArguments(records),
      ...walletArguments(batch),
      ...transactionArguments(batch, places),
      ...endArguments(batch, places),
      restOf(batch, plans),
    ],
    records,
    addressesFrom: (landed) =>
      places.map((ofPost) => {
        const place = ofPost.at(-1);
        const address = place && landed[place.record];
        if (!address) throw new Error('a post has no record');
        return address;
      }),
  };
}

interface BuiltRecords {
  readonly records: RecordDraft[];
  /** Per post, where each of its events landed. */
  readonly places: Place[][];
}

/** One record holds facts of one cause; requests have none and share theirs. */
function recordsOf(posts: readonly Post[]): BuiltRecords {
  const built: BuiltRecords = { records: [], places: posts.map(() => []) };
  for (const [start, end] of runsOfOneCause(posts)) addRun(built, { posts, start, end });
  return built;
}

interface Run {
  readonly posts: readonly Post[];
  readonly start: number;
  readonly end: number;
}

function addRun({ records, places }: BuiltRecords, { posts, start, end }: Run): void {
  const facts: FactHeader[] = [];
  const postOfFact: number[] = [];
  const byPartition = new Map<number, PostsOfPartition>();
  for (let at = start; at < end; at += 1) {
    const post = posts[at];
    if (!post) continue;
    const { posts: ofPartition } = partitionIn(byPartition, post.wallet.partition);
    for (const event of post.events) {
      facts.push(toWire(post.wallet, event));
      postOfFact.push(at);
      ofPartition.push(at);
    }
  }
  for (const record of build(facts, posts[start]?.cause, postOfFact)) {
    const place = records.push(record) - 1;
    const ofPartition = partitionIn(byPartition, record.partition);
    for (let index = 0; index < record.facts.length; index += 1)
      places[ofPartition.next() ?? start]?.push({ record: place, index });
  }
}

/** The post of each fact of a partition. Records keep that order, so a counter finds it again. */
class PostsOfPartition {
  readonly posts: number[] = [];
  private taken = 0;

  next(): number | undefined {
    this.taken += 1;
    return this.posts[this.taken - 1];
  }
}

function partitionIn(
  byPartition: Map<number, PostsOfPartition>,
  partition: number,
): PostsOfPartition {
  const known = byPartition.get(partition) ?? new PostsOfPartition();
  byPartition.set(partition, known);
  return known;
}

function build(
  facts: readonly FactHeader[],
  cause: LogAddress | undefined,
  postOfFact: readonly number[],
): RecordDraft[] {
  try {
    return buildRecords(TOPIC, facts, cause);
  } catch (error) {
    if (error instanceof InvalidFact || error instanceof FactTooLarge)
      throw new UnwritablePost(postOfFact[error.index] ?? 0, error.message);
    throw error;
  }
}

/** Half-open ranges of posts with the same cause. */
function* runsOfOneCause(posts: readonly Post[]): Generator<[number, number]> {
  let start = 0;
  for (let end = 1; end <= posts.length; end += 1) {
    if (end < posts.length && sameCause(posts[end]?.cause, posts[start]?.cause)) continue;
    yield [start, end];
    start = end;
  }
}

const sameCause = (left: LogAddress | undefined, right: LogAddress | undefined): boolean =>
  left === right ||
  (left?.topic === right?.topic &&
    left?.partition === right?.partition &&
    left?.position === right?.position);

/** Changed wallets with their new state, then those that were only read, without. */
function walletArguments({ changed, read }: LedgerWrite): unknown[] {
  const keys: WalletKey[] = [...changed, ...read].map(({ key }) => key);
  return [
    ...columnsOf<WalletKey>(keys, [
      ({ platform }) => platform,
      ({ mode }) => mode,
      ({ customerId }) => customerId,
    ]),
    numbersOf([
      ...changed.map(({ versionBefore }) => versionBefore),
      ...read.map(({ version }) => version),
    ]),
    // JSON text has no raw line feeds, so joining costs no escaping on either side.
    [...changed.map(({ wallet }) => toRow(wallet)), ...read.map(() => '')].join('\n'),
    arrayOf([...changed.map(({ wakeAt }) => wakeAt ?? null), ...read.map(() => null)]),
  ];
}

function transactionArguments(batch: LedgerWrite, places: readonly Place[][]): unknown[] {
  const { transactions } = batch;
  return [
    arrayOf(transactions.map(({ transactionId }) => transactionId)),
    arrayOf(transactions.map(({ contentHash }) => contentHash)),
    ...placeArguments(batch, transactions, places),
  ];
}

function endArguments(batch: LedgerWrite, places: readonly Place[][]): unknown[] {
  const { ends } = batch;
  return [
    arrayOf(ends.map(({ authorizationId }) => authorizationId)),
    arrayOf(ends.map(({ endHash }) => endHash)),
    ...placeArguments(batch, ends, places),
  ];
}

/** The wallet, record and place in the record of each event, counted from 1, 1 and 0. */
function placeArguments(
  { posts, changed }: LedgerWrite,
  events: readonly { readonly postIndex: number; readonly eventIndex: number }[],
  places: readonly Place[][],
): unknown[] {
  const walletPlace = new Map(changed.map(({ key }, index) => [key.id, index + 1]));
  const at = events.map(({ postIndex, eventIndex }) => {
    const place = places[postIndex]?.[eventIndex];
    if (!place) throw new Error('an id stands for no event');
    return place;
  });
  return [
    numbersOf(events.map(({ postIndex }) => placeOfWallet(posts[postIndex], walletPlace))),
    numbersOf(at.map(({ record }) => record + 1)),
    numbersOf(at.map(({ index }) => index)),
  ];
}

function placeOfWallet(post: Post | undefined, places: ReadonlyMap<string, number>): number {
  const place = post && places.get(post.wallet.id);
  if (place === undefined) throw new Error('an id of a wallet that is not written');
  return place;
}

/** What most batches do not have; null then. */
function restOf(batch: LedgerWrite, settlements: readonly object[]): string | null {
  const grants: object[] = [];
  const repayments: object[] = [];
  for (const { wallet, events } of batch.posts)
    for (const event of events) {
      if (event.type === 'FundsCredited') grants.push(grantRow(wallet, event));
      if (event.type === 'GrantActivated' && event.repaid.length > 0)
        repayments.push(repaymentRow(wallet, event));
    }
  const absent = batch.absent.map(({ platform, mode, transactionId }) => ({
    platform,
    mode,
    transaction_id: transactionId,
  }));
  const { productVersions, appliedUsage } = batch;
  const parts = [settlements, absent, grants, repayments, productVersions, appliedUsage];
  return parts.every((part) => part.length === 0)
    ? null
    : JSON.stringify({ settlements, absent, grants, repayments, productVersions, appliedUsage });
}
