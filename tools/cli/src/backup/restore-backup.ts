/** Fills an empty place from a backup. */
import { createReadStream } from 'node:fs';
import {
  checkpointsAhead,
  readLogIdentity,
  renewCheckpoints,
  renewLog,
  type RenewedLog,
} from '@kontor/event-log';
import { migrateRestoring } from '@kontor/postgres';
import type { MatchedService } from './matching';
import { tableFile, type ManifestTable } from './manifest';
import { inOrderOfReferences, quoted, tablesIn } from './tables';
import { Tally, type Show } from './tally';
import { sessionOf, type Target, type TargetDatabase } from './target';

export interface RestoreParts {
  readonly folder: string;
  readonly services: readonly MatchedService[];
  readonly target: Target;
  readonly show: Show;
}

/**
 * The rows as they were, in tables of the release that made the backup; then new incarnations, then
 * the newest tables. Read models are empty: the logs make them again.
 *
 * Errors: whatever fails leaves the target marked as unfinished.
 */
export async function fillTarget(parts: RestoreParts): Promise<readonly RenewedLog[]> {
  const { services, target, show } = parts;
  const tables = services.flatMap(({ saved }) => saved.tables);
  const bytesAll = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  const tally = new Tally('restored', tables.length, show, bytesAll);
  for (const matched of services) await fillService(parts, matched, tally);

  show('new incarnations of the logs');
  const renewed: RenewedLog[] = [];
  for (const { service } of services)
    renewed.push(
      await renewLog(sessionOf(target, service).session, { ...service, service: service.name }),
    );
  const heads = services.flatMap(({ saved }) => saved.heads);
  for (const { service } of services) {
    const { session } = sessionOf(target, service);
    const [ahead] = await checkpointsAhead(session, service.schema, heads);
    if (ahead) throw new Error(`${ahead.consumer} is ahead of the log of ${ahead.topic}`);
    await renewCheckpoints(session, service.schema, renewed);
  }

  show('tables of this release');
  for (const { service } of services) {
    const { url } = sessionOf(target, service);
    await migrateRestoring({ url, service: service.name }, service.migrations);
  }
  return renewed;
}

async function fillService(
  { folder, target }: RestoreParts,
  { service, saved }: MatchedService,
  tally: Tally,
): Promise<void> {
  const database = sessionOf(target, service);
  const { session, url } = database;
  const { schema } = service;
  const only = new Set(saved.migrations);
  await migrateRestoring({ url, service: service.name }, service.migrations, only);
  const present = new Set((await tablesIn(session, schema)).map(({ name }) => name));
  const missing = saved.tables.find(({ name }) => !present.has(name));
  if (missing) throw new Error(`the migrations of ${service.name} make no table ${missing.name}`);

  await session.query('BEGIN');
  // What a migration wrote is in the backup too, as it was later.
  const names = [...present].map((name) => `${schema}."${name}"`);
  await session.query(`TRUNCATE ${names.join(', ')}`);
  for (const table of await inOrderOfReferences(session, schema, saved.tables)) {
    tally.begin(`${schema}.${table.name}`);
    await fillTable(
      database,
      { file: tableFile(folder, schema, table.name), schema, table },
      tally,
    );
    tally.end();
  }
  await refuseOther(database, saved, schema);
  await session.query('COMMIT');
  // Plans need to know how much there is; the server would notice only after a while.
  await session.query(`ANALYZE ${names.join(', ')}`);
}

interface TableToFill {
  readonly file: string;
  readonly schema: string;
  readonly table: ManifestTable;
}

async function fillTable(
  { session }: TargetDatabase,
  { file, schema, table }: TableToFill,
  tally: Tally,
): Promise<void> {
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      yield chunk;
      tally.add(chunk.length);
    }
  };
  const rows = await session.copyIn(
    `COPY ${schema}."${table.name}" (${quoted(table.columns)}) FROM STDIN (ENCODING 'UTF8')`,
    counted(),
  );
  if (rows !== table.rows)
    throw new Error(`${schema}.${table.name} has ${rows} rows and the backup ${table.rows}`);
}

/** What the manifest says of the log against what its rows say. */
async function refuseOther(
  { session }: TargetDatabase,
  saved: MatchedService['saved'],
  schema: string,
): Promise<void> {
  const { incarnation, heads } = await readLogIdentity(session, schema);
  const same =
    incarnation === saved.incarnation && JSON.stringify(heads) === JSON.stringify(saved.heads);
  if (!same) throw new Error(`the log of ${saved.name} is not the one that the manifest names`);
}
