/** Writes everything that is not a read model into a new folder, beside a working server. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { checkpointsAhead, readLogIdentity } from '@kontor/event-log';
import { API_VERSION } from '@kontor/service-host';
import { Unusable } from '../command';
import type { ServiceDatabase } from './databases';
import {
  FORMAT,
  MANIFEST_FILE,
  tableFile,
  type Manifest,
  type ManifestService,
  type ManifestTable,
} from './manifest';
import { openOneMoment, type OneMoment, type ServiceMoment } from './one-moment';
import { migrationsIn, quoted, type TableShape } from './tables';
import { Tally, type Show } from './tally';

/** What is in it is everybody's money and some people's names. */
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

/**
 * The folder appears under its name when everything in it is on the disk; until then it is called
 * `<folder>.unfinished`.
 *
 * Errors: Unusable when there is something under either name; what the database or the disk says.
 */
export async function takeBackup(
  folder: string,
  databases: readonly ServiceDatabase[],
  show: Show,
): Promise<Manifest> {
  const making = `${folder}.unfinished`;
  if (existsSync(folder))
    throw new Unusable(`${folder} exists: a backup is written into a new folder`);
  if (existsSync(making))
    throw new Unusable(
      `${making} exists: another backup is being written there, or one was interrupted. Remove it ` +
        'when none is.',
    );
  const moment = await openOneMoment(databases);
  try {
    await mkdir(making, { recursive: true, mode: PRIVATE_FOLDER });
    const manifest = await writeAll(making, moment, show);
    await rename(making, folder);
    await syncFolder(path.dirname(folder));
    return manifest;
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw error;
  } finally {
    await moment.close();
  }
}

async function writeAll(folder: string, moment: OneMoment, show: Show): Promise<Manifest> {
  const madeAt = new Date().toISOString();
  const tally = new Tally(
    'written',
    moment.services.reduce((sum, { tables }) => sum + tables.length, 0),
    show,
  );
  const services: ManifestService[] = [];
  for (const service of moment.services) services.push(await writeService(folder, service, tally));
  await refuseAhead(moment, services);
  const [first] = moment.services;
  const [server] = (await first?.session.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  )) ?? [{ version: '' }];
  const manifest: Manifest = {
    format: FORMAT,
    made_at: madeAt,
    release: API_VERSION,
    postgres: server?.version ?? '',
    services,
  };
  await writeFileSynced(
    path.join(folder, MANIFEST_FILE),
    Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`),
  );
  await syncFolder(folder);
  return manifest;
}

async function writeService(
  folder: string,
  { service, session, tables }: ServiceMoment,
  tally: Tally,
): Promise<ManifestService> {
  const { name, schema } = service;
  const { incarnation, heads } = await readLogIdentity(session, schema);
  await mkdir(path.join(folder, schema), { mode: PRIVATE_FOLDER });
  const written: ManifestTable[] = [];
  for (const table of tables) {
    tally.begin(`${schema}.${table.name}`);
    written.push(await writeTable({ folder, session, schema, table, tally }));
    tally.end();
  }
  await syncFolder(path.join(folder, schema));
  return {
    name,
    schema,
    migrations: await migrationsIn(session, schema),
    incarnation,
    heads: [...heads],
    tables: written,
  };
}

interface TableToWrite {
  readonly folder: string;
  readonly session: ServiceMoment['session'];
  readonly schema: string;
  readonly table: TableShape;
  readonly tally: Tally;
}

async function writeTable(given: TableToWrite): Promise<ManifestTable> {
  const { folder, session, schema, table, tally } = given;
  const columns = quoted(table.columns);
  const from = `${schema}."${table.name}"`;
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(tableFile(folder, schema, table.name), 'wx', PRIVATE_FILE);
  try {
    const rows = await session.copyOut(
      // A partitioned table is read only by a query.
      table.partitioned
        ? `COPY (SELECT ${columns} FROM ${from}) TO STDOUT (ENCODING 'UTF8')`
        : `COPY ${from} (${columns}) TO STDOUT (ENCODING 'UTF8')`,
      async (chunk) => {
        hash.update(chunk);
        bytes += chunk.length;
        await file.writeFile(chunk);
        tally.add(chunk.length);
      },
    );
    await file.sync();
    const sha256 = hash.digest('hex');
    return { name: table.name, columns: [...table.columns], rows, bytes, sha256 };
  } finally {
    await file.close();
  }
}

/** Would be a fault of ours, and a backup with it would lose facts silently. */
async function refuseAhead(moment: OneMoment, services: readonly ManifestService[]): Promise<void> {
  const heads = services.flatMap((service) => service.heads);
  for (const { service, session } of moment.services) {
    const [ahead] = await checkpointsAhead(session, service.schema, heads);
    if (ahead)
      throw new Error(
        `${ahead.consumer} has applied ${ahead.topic}/${ahead.partition} up to ${ahead.position}, ` +
          `beyond the log's end at ${ahead.head}`,
      );
  }
}

async function writeFileSynced(name: string, content: Buffer): Promise<void> {
  const file = await open(name, 'wx', PRIVATE_FILE);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A name is on the disk when its folder is. */
async function syncFolder(name: string): Promise<void> {
  const folder = await open(name, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
