/**
 * The ledger accounts that legs name, and their normal side.
 *
 * Sign: a leg's amount is positive when it credits the account. So what we owe the customer and
 * what we earned stand above zero, what came in and what we gave away stand below, and all of an
 * asset together is zero.
 */
export type NormalSide = 'credit' | 'debit';

export const CHART_OF_ACCOUNTS = {
  /** What the customer can spend: the free lots. */
  available: 'credit',
  /** What open authorizations took out of lots. */
  held: 'credit',
  /** Credit that is not effective yet. */
  scheduled: 'credit',
  /** What the customer owes beyond its lots, or holds beyond them; below zero while it does. */
  debt: 'debit',
  /** Money that came in from outside, or went back. */
  funding: 'debit',
  /** Credit given away. */
  promotion: 'debit',
  /** What was earned by fees and charges. */
  revenue: 'credit',
  /** The other side of corrections and migrations. */
  adjustments: 'debit',
  /** Earned and never to be collected. */
  uncollected: 'debit',
  /** Credit that expired unused. */
  breakage: 'credit',
} as const satisfies Readonly<Record<string, NormalSide>>;

export type LedgerAccount = keyof typeof CHART_OF_ACCOUNTS;
