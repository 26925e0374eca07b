/** What a service's log holds, as tests look at it: SQL cannot look into facts that are packed. */
import type { FactHeader } from '@kontor/contracts';
import { storedText, textOfStored } from '@kontor/event-log';
import type { Queryable } from '@kontor/postgres';

/** The facts of one record as they were written; a service reads them as they are today. */
export const storedFacts = <Fact extends object = FactHeader>(stored: string): Fact[] =>
  JSON.parse(textOfStored(stored)) as Fact[];

/** All facts of a topic of a service's own log, in the order of each partition. */
export async function loggedFacts<Fact extends object = FactHeader>(
  database: Queryable,
  topic: string,
): Promise<Fact[]> {
  const rows = await database.query<{ facts: string }>(
    'SELECT facts FROM log_record WHERE topic = $1 ORDER BY partition, position',
    [topic],
  );
  return rows.flatMap(({ facts }) => storedFacts<Fact>(facts));
}

/** Changes the JSON of every record of a topic, which no service ever does. */
export async function tamperWithLog(
  database: Queryable,
  topic: string,
  change: (text: string) => string,
): Promise<void> {
  const rows = await database.query<{ partition: number; position: string; facts: string }>(
    'SELECT partition, position, facts FROM log_record WHERE topic = $1',
    [topic],
  );
  for (const { partition, position, facts } of rows)
    await database.query(
      'UPDATE log_record SET facts = $4 WHERE topic = $1 AND partition = $2 AND position = $3',
      [topic, partition, position, storedText(change(textOfStored(facts)))],
    );
}
