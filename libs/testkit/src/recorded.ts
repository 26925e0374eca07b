/**
 * Facts recorded from a former release, folded by the code of today.
 *
 * The lines of services/<owner>/test/recorded/<release>/<topic>.jsonl are put into the owners' logs
 * as they were written, unchecked; the service then reads them as it would after an upgrade.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CONSUMERS, TOPICS, type FactHeader } from '@kontor/contracts';
import type { Database } from '@kontor/postgres';
import type { ServiceDefinition } from '@kontor/service-host';
import { pollUntil } from './poll-until';
import { openTestService, type TestService } from './service';

const root = path.resolve(__dirname, '../../..');

export interface RecordedLine {
  readonly partition: number;
  readonly position: number;
  readonly cause_topic: string | null;
  readonly cause_partition: number | null;
  readonly cause_position: number | null;
  readonly facts: readonly FactHeader[];
}

const folderOf = (service: string, release: string): string =>
  path.join(root, 'services', service, 'test/recorded', release);

const ownerOf = (topic: string): string =>
  TOPICS.find(({ name }) => name === topic)?.owner ?? 'external';

export const recordedLines = (topic: string, release: string): RecordedLine[] =>
  readFileSync(path.join(folderOf(ownerOf(topic), release), `${topic}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedLine);

/** By table; columns as PostgreSQL prints them. */
export type ViewRows = Record<string, Record<string, string | null>[]>;

/** The rows of every table of the view that a release's facts make. */
export async function foldRecorded(
  definition: ServiceDefinition,
  release: string,
): Promise<ViewRows> {
  const consumers = CONSUMERS.filter(
    ({ service, kind }) => service === definition.name && kind === 'view',
  );
  const topics = consumers.flatMap((consumer) => consumer.topics);
  const owners = topics.map(ownerOf).filter((owner) => owner !== definition.name);
  const service = await openTestService(definition, { owners: [...new Set(owners)] });
  try {
    for (const topic of new Set(topics)) {
      const owner = ownerOf(topic);
      const { runtime } = service;
      const database = owner === definition.name ? runtime.database : service.owner(owner).database;
      await appendAsRecorded(database, topic, recordedLines(topic, release));
    }
    for (const { name, topics: read } of consumers)
      for (const topic of read) await applied(service, name, recordedLines(topic, release), topic);
    return await viewRows(service.runtime.database);
  } finally {
    await service.stop();
  }
}

/** The rows that the release itself made; KONTOR_RECORD=1 writes them down. */
export function recordedRows(service: string, release: string, rows: ViewRows): ViewRows {
  const file = path.join(folderOf(service, release), 'view-rows.json');
  if (process.env['KONTOR_RECORD'] === '1') {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as ViewRows;
}

/** What is left of rows in the tables and columns that a release knew: later ones may add to them. */
export function asKnownTo(recorded: ViewRows, rows: ViewRows): ViewRows {
  const known: ViewRows = {};
  for (const [table, [first]] of Object.entries(recorded)) {
    const columns = Object.keys(first ?? {});
    known[table] = (rows[table] ?? [])
      .map((row) => Object.fromEntries(columns.map((column) => [column, row[column] ?? null])))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  return known;
}

async function appendAsRecorded(
  database: Database,
  topic: string,
  lines: readonly RecordedLine[],
): Promise<void> {
  await database.query(
    `INSERT INTO log_record (topic, partition, position, facts_count, facts_bytes, facts,
                             cause_topic, cause_partition, cause_position)
     SELECT $1, partition, position, json_array_length(facts), octet_length(facts::text), facts,
            cause_topic, cause_partition, cause_position
     FROM json_to_recordset($2::json) AS r (partition int, position bigint, facts json,
       cause_topic text, cause_partition int, cause_position bigint)`,
    [topic, JSON.stringify(lines)],
  );
  await database.query(
    `UPDATE log_head AS h SET next = r.next
     FROM (SELECT partition, max(position) + 1 AS next FROM log_record WHERE topic = $1 GROUP BY 1) AS r
     WHERE h.topic = $1 AND h.partition = r.partition`,
    [topic],
  );
}

async function applied(
  { runtime }: TestService,
  consumer: string,
  lines: readonly RecordedLine[],
  topic: string,
): Promise<void> {
  for (const { partition, position } of lines)
    await pollUntil(
      () => runtime.checkpoints.waitFor(consumer, { topic, partition, position }, 1_000),
      { what: `${consumer} at ${topic}/${partition}/${position}` },
    );
}

/** Not those of the log's own tables: a checkpoint names the log that it counts in. */
async function viewRows(database: Database): Promise<ViewRows> {
  const tables = await database.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables
     WHERE schemaname = $1 AND tablename NOT IN
       ('migration', 'typeorm_metadata', 'view_checkpoint', 'view_dead_letter') ORDER BY 1`,
    [database.viewSchema],
  );
  const rows: ViewRows = {};
  for (const { name } of tables)
    rows[name] = (
      await database.query<{ row: Record<string, string | null> }>(
        `SELECT (SELECT json_object_agg(key, value ORDER BY key)
                 FROM jsonb_each_text(to_jsonb(t))) AS row
         FROM ${database.viewSchema}.${name} AS t ORDER BY t::text COLLATE "C"`,
      )
    ).map(({ row }) => row);
  return rows;
}
