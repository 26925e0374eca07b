import type { DecidedTransaction, TransactionRef } from './ports';

/** A few minutes of adjustments; behind it stands the primary key. */
const WINDOW_MAX = 20_000;

export const transactionKey = (ref: TransactionRef): string =>
  `${ref.platform} ${ref.mode} ${ref.transactionId}`;

/** The transaction ids decided last, so that a quick repeat is answered without the database. */
export class TransactionWindow {
  private readonly decided = new Map<string, DecidedTransaction>();

  constructor(private readonly max = WINDOW_MAX) {}

  find(key: string): DecidedTransaction | undefined {
    return this.decided.get(key);
  }

  add(transaction: DecidedTransaction): void {
    this.decided.set(transactionKey(transaction), transaction);
    for (const oldest of this.decided.keys()) {
      if (this.decided.size <= this.max) break;
      this.decided.delete(oldest);
    }
  }
}
