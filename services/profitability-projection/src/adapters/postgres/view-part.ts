import type { Queryable } from '@kontor/postgres';
import type { KnownEvents } from '../../app/ports';
import type { Changes } from '../../domain/changes';
import type { AppliedUsage } from './applied-usage';
import type { StatementsInTurn } from './statements-in-turn';

/** What writes some of a transaction's changes. */
export interface ViewPart {
  /** May write what was folded so far; called after each batch. */
  writeFolded(): Promise<void>;
  /** Writes the rest; answers how many subjects wait to be shared now. */
  finish(): Promise<number>;
}

/** Where changes go, and what is there about events. */
export interface ViewTables {
  stored(statements: Queryable, applied: AppliedUsage): KnownEvents;
  /** Their order is that of writing. */
  parts(statements: StatementsInTurn, changes: Changes): readonly ViewPart[];
}
