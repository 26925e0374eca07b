/**
 * The mark of a database that is being filled from a backup. While it is there nobody may start on
 * the database; who fills it takes the mark away when everything is in.
 */
const MARK = 'kontor_restore';

/** A restore was begun and did not come to its end: what is there is worth nothing. */
export class UnfinishedRestore extends Error {
  readonly code = 'unfinished_restore';
  readonly retriable = false;
  constructor() {
    super(
      'a restore into this database was begun and not finished: it runs, or it was interrupted. ' +
        'Restore the backup again, into a new and empty place.',
    );
  }
}

type Ask = (text: string) => Promise<unknown>;

/** Errors: duplicate_schema when the mark is there already. */
export const markUnfinished = (ask: Ask): Promise<unknown> => ask(`CREATE SCHEMA ${MARK}`);

export const markFinished = (ask: Ask): Promise<unknown> => ask(`DROP SCHEMA ${MARK}`);

export async function isUnfinished(ask: Ask): Promise<boolean> {
  const rows = (await ask(`SELECT to_regnamespace('${MARK}') IS NOT NULL AS present`)) as readonly {
    readonly present: boolean;
  }[];
  return rows[0]?.present === true;
}

/** Errors: UnfinishedRestore. */
export async function refuseUnfinished(ask: Ask): Promise<void> {
  if (await isUnfinished(ask)) throw new UnfinishedRestore();
}
