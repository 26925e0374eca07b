/** What a log says after a bench, for the checks behind it: SQL cannot look into facts that are packed. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from './harness.mjs';

const require = createRequire(import.meta.url);
const { textOfStored } = require(path.join(root, 'libs/event-log/dist/index.js'));
const { decimal, ZERO } = require(path.join(root, 'libs/money/dist/index.js'));

/** A page is tens of megabytes at most, whatever the bench wrote. */
const RECORDS_MAX = 200;

/** The facts of a stored record. */
export const unpackedFacts = (stored) => JSON.parse(textOfStored(stored));

/** All facts of the ledger, in the order of each partition. `query` answers rows. */
export async function* loggedFacts(query) {
  let after = [-1, 0];
  for (;;) {
    const rows = await query(
      `SELECT partition, position, facts FROM wallet_ledger.log_record
       WHERE topic = 'wallet.posted.v1' AND (partition, position) > ($1, $2)
       ORDER BY partition, position LIMIT ${RECORDS_MAX}`,
      after,
    );
    for (const { facts } of rows) yield* unpackedFacts(facts);
    const last = rows.at(-1);
    if (!last) return;
    after = [last.partition, last.position];
  }
}

/** Adds up what facts post; every asset's sum is to be zero. */
export class TrialBalance {
  #sums = new Map();

  add({ asset, legs = [] }) {
    for (const { amount } of legs)
      this.#sums.set(asset, (this.#sums.get(asset) ?? ZERO).plus(decimal(amount)));
  }

  /** The assets that do not balance, with their sums. */
  unbalanced() {
    return [...this.#sums].filter(([, sum]) => !sum.eq(ZERO));
  }
}

/** How many holds were placed, captured and released. */
export class HoldCounts {
  placed = 0;
  captured = 0;
  released = 0;

  add({ type }) {
    if (type === 'wallet.hold-placed') this.placed += 1;
    if (type === 'wallet.hold-captured') this.captured += 1;
    if (type === 'wallet.hold-released') this.released += 1;
  }
}
