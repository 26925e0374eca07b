/** Single facts of a service's own log, by where they stand. */
import type { FactHeader } from '@kontor/contracts';
import type { Queryable } from '@kontor/postgres';
import { factsOf } from './stored-facts';

/** Where a fact stands in a topic; a bigint column may be given as it comes, as text. */
export interface FactAddress {
  readonly partition: number;
  readonly position: number | string;
  /** Index inside its record. */
  readonly index: number;
}

/**
 * The facts at these addresses, parallel to them. Each record is read and unpacked once, however many
 * of its facts are asked for.
 *
 * Limits: the records are unpacked in one go: a caller bounds how many it asks for.
 * Errors: one is not in the log, or damaged.
 */
export async function factsAt(
  queryable: Queryable,
  topic: string,
  addresses: readonly FactAddress[],
): Promise<FactHeader[]> {
  const records = await recordsAt(queryable, topic, addresses);
  return addresses.map((address) => {
    const fact = records.get(nameOf(address))?.[address.index];
    if (fact) return fact;
    const { partition, position, index } = address;
    throw new Error(`no fact ${index} in ${topic}:${partition}:${position}`);
  });
}

async function recordsAt(
  queryable: Queryable,
  topic: string,
  addresses: readonly FactAddress[],
): Promise<Map<string, FactHeader[]>> {
  const wanted = [...new Map(addresses.map((address) => [nameOf(address), address])).values()];
  if (wanted.length === 0) return new Map();
  const rows = await queryable.query<RecordRow>(
    `SELECT l.partition, l.position, l.facts
     FROM unnest($2::int[], $3::bigint[]) AS given (partition, position)
       JOIN log_record AS l
         ON l.topic = $1 AND l.partition = given.partition AND l.position = given.position`,
    [topic, wanted.map(({ partition }) => partition), wanted.map(({ position }) => position)],
    { name: 'facts at' },
  );
  return new Map(rows.map((row) => [nameOf(row), factsOf(row.facts)]));
}

interface RecordRow {
  readonly partition: number;
  readonly position: string;
  readonly facts: string;
}

const nameOf = ({ partition, position }: Omit<FactAddress, 'index'>): string =>
  `${partition} ${position}`;
