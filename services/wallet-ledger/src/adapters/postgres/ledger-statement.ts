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
import { wire } from '@kontor/money';
import {
  type LedgerWrite,
  type LogAddress,
  type Post,
  UnwritablePost,
  type WalletKey,
} from '../../app/ports';
import { walletId } from '../../app/wallet-cache';
import { toWire } from '../events/wallet-facts.mapping';
import { toRow } from './wallet.codec';

export const TOPIC = 'wallet.posted.v1';

export const LEDGER_WRITE = `SELECT ledger_write(
  $1::text[], $2::int[], $3::smallint[], $4::text, $5::text[], $6::int[], $7::bigint[],
  $8::text[], $9::text[], $10::text[], $11::bigint[], $12::text,
  $13::int[], $14::text[], $15::text[], $16::timestamptz[], $17::int[], $18::smallint[],
  $19::json) AS positions`;

export interface LedgerStatement {
  readonly values: readonly unknown[];
  /** Addresses of the posts, from the positions of the records. */
  addressesFrom(positions: readonly string[]): LogAddress[];
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
  const lastPlaces = batch.posts.map((_, index) => places[index]?.at(-1));
  return {
    values: [
      ...appendArguments(records),
      ...walletArguments(batch),
      ...transactionArguments(batch, places),
      restOf(batch, plans),
    ],
    addressesFrom: (positions) =>
      lastPlaces.map((place) => {
        const record = place && records[place.record];
        if (!record) throw new Error('a post has no record');
        const { topic, partition } = record;
        return { topic, partition, position: Number(positions[place.record]) };
      }),
  };
}

/** One record holds facts of one cause; requests have none and share theirs. */
function recordsOf(posts: readonly Post[]): {
  readonly records: RecordDraft[];
  readonly places: Place[][];
} {
  const records: RecordDraft[] = [];
  const places: Place[][] = posts.map(() => []);
  for (const [start, end] of runsOfOneCause(posts)) {
    const postOf = new Map<FactHeader, number>();
    posts.slice(start, end).forEach(({ wallet, events }, offset) => {
      for (const event of events) postOf.set(toWire(wallet, event), start + offset);
    });
    for (const record of build(postOf, posts[start]?.cause)) {
      const place = records.push(record) - 1;
      record.facts.forEach((fact, index) =>
        places[postOf.get(fact) ?? start]?.push({ record: place, index }),
      );
    }
  }
  return { records, places };
}

/** `postOf`: the facts in their order, each with the post that it belongs to. */
function build(
  postOf: ReadonlyMap<FactHeader, number>,
  cause: LogAddress | undefined,
): RecordDraft[] {
  try {
    return buildRecords(TOPIC, [...postOf.keys()], cause);
  } catch (error) {
    if (error instanceof InvalidFact || error instanceof FactTooLarge)
      throw new UnwritablePost([...postOf.values()][error.index] ?? 0, error.message);
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
    keys.map(({ platform }) => platform),
    keys.map(({ mode }) => mode),
    keys.map(({ customerId }) => customerId),
    [...changed.map(({ versionBefore }) => versionBefore), ...read.map(({ version }) => version)],
    // JSON text has no raw line feeds, so joining costs no escaping on either side.
    [...changed.map(({ wallet }) => toRow(wallet)), ...read.map(() => '')].join('\n'),
  ];
}

function transactionArguments(batch: LedgerWrite, places: readonly Place[][]): unknown[] {
  const { posts, changed, transactions } = batch;
  const walletPlace = new Map(changed.map(({ key }, index) => [walletId(key), index + 1]));
  const eventPlaces = transactions.map(({ postIndex, eventIndex }) => {
    const post = posts[postIndex];
    const place = places[postIndex]?.[eventIndex];
    const event = post?.events[eventIndex];
    if (!post || !place || !event) throw new Error('a transaction stands for no event');
    return { place, event, wallet: walletPlace.get(walletId(post.wallet)) };
  });
  return [
    eventPlaces.map(({ wallet }) => wallet),
    transactions.map(({ transactionId }) => transactionId),
    transactions.map(({ contentHash }) => contentHash),
    eventPlaces.map(({ event }) => event.at),
    eventPlaces.map(({ place }) => place.record + 1),
    eventPlaces.map(({ place }) => place.index),
  ];
}

/** What most batches do not have; null then. */
function restOf(batch: LedgerWrite, settlements: readonly object[]): string | null {
  const grants = batch.posts.flatMap(grantRows);
  const absent = batch.absent.map(({ platform, mode, transactionId }) => ({
    platform,
    mode,
    transaction_id: transactionId,
  }));
  const { productVersions } = batch;
  const parts = [settlements, absent, grants, productVersions];
  return parts.every((part) => part.length === 0)
    ? null
    : JSON.stringify({ settlements, absent, grants, productVersions });
}

function grantRows({ wallet, events }: Post): object[] {
  return events.flatMap((event) =>
    event.type === 'FundsCredited'
      ? [
          {
            platform: wallet.platform,
            mode: wallet.mode,
            customer_id: wallet.customerId,
            account_id: event.accountId,
            grant_id: event.grant.grantId,
            purpose: event.grant.purpose,
            amount: wire(event.grant.amount),
            effective_at: event.grant.effectiveAt,
            expires_at: event.grant.expiresAt,
            created_at: event.at,
          },
        ]
      : [],
  );
}
