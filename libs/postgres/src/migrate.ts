/**
 * Migrations: plain SQL files, run by TypeORM, each once and in its own transaction.
 *
 * A file name is `NNNN-what-it-does.sql`; its number orders it for ever. Several folders may
 * contribute to the same schema (the log's tables, then the service's own), told apart by `set`.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceFor, schemaOf, viewSchemaOf } from './database';
import { NewerSchema } from './errors';
import type { DatabaseOptions } from './ports';
import { refuseUnfinished } from './unfinished';

export interface MigrationSet {
  /** Names the folder's origin, e.g. `log` or the service: part of the recorded name. */
  readonly set: string;
  /** Folder with `state/*.sql` and `view/*.sql`; either may be missing. */
  readonly dir: string;
}

/** TypeORM reads a 13-digit time at the end of a name and orders by it: ours is just the number. */
const TIME_ORIGIN = 1_000_000_000_000;
const SET_STRIDE = 100_000;
const FILE = /^(\d{4})-([a-z0-9-]+)\.sql$/;

/**
 * Creates `<service>` and `<service>_view` and brings them to the newest version. Safe when several
 * processes start at once: one migrates, the others wait for it.
 *
 * Errors: NewerSchema when a schema has a migration that none of the sets knows.
 */
export async function migrate(
  options: DatabaseOptions,
  sets: readonly MigrationSet[],
): Promise<void> {
  await migrateSchema(options, schemaOf(options.service), sets, 'state');
  await migrateSchema(options, viewSchemaOf(options.service), sets, 'view');
}

/** Brings one schema up: also what makes the shadow of a view in a rebuild. */
export async function migrateSchema(
  options: DatabaseOptions,
  schema: string,
  sets: readonly MigrationSet[],
  kind: 'state' | 'view',
): Promise<void> {
  await bringUp(options, { schema, sets, kind });
}

/**
 * The same for a database that is marked as unfinished: all of it, or only the state's migrations
 * with these names, so that rows of an older release find the tables that they come from.
 */
export async function migrateRestoring(
  options: DatabaseOptions,
  sets: readonly MigrationSet[],
  only?: ReadonlySet<string>,
): Promise<void> {
  const state = {
    schema: schemaOf(options.service),
    sets,
    kind: 'state',
    restoring: true,
  } as const;
  await bringUp(options, { ...state, ...(only && { only }) });
  if (only) return;
  const schema = viewSchemaOf(options.service);
  await bringUp(options, { schema, sets, kind: 'view', restoring: true });
}

/** The names under which the migrations of these sets are recorded, in their order. */
export const migrationNames = (
  sets: readonly MigrationSet[],
  kind: 'state' | 'view',
): readonly string[] =>
  sets.flatMap((set, index) => migrationsOf(set, index, kind).map(({ name }) => name));

interface BringUp {
  readonly schema: string;
  readonly sets: readonly MigrationSet[];
  readonly kind: 'state' | 'view';
  readonly only?: ReadonlySet<string>;
  readonly restoring?: boolean;
}

async function bringUp(options: DatabaseOptions, wanted: BringUp): Promise<void> {
  const { schema, sets, kind, only } = wanted;
  const known = sets.flatMap((set, index) => migrationsOf(set, index, kind));
  const classes = known.filter(({ name }) => only?.has(name) !== false);
  const source = dataSourceFor({ ...options, poolSize: 1 }, [schema], {
    schema,
    classes: classes.map(({ migration }) => migration),
  });
  await source.initialize();
  try {
    await source.query('SELECT pg_advisory_lock($1)', [lockOf(schema)]);
    if (!wanted.restoring) await refuseUnfinished((text) => source.query(text));
    await source.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await refuseNewer(source, schema, new Set(known.map(({ name }) => name)));
    await source.runMigrations();
  } finally {
    // Closing the only connection also gives the session's lock back.
    await source.destroy();
  }
}

function migrationsOf(
  { set, dir }: MigrationSet,
  setIndex: number,
  kind: 'state' | 'view',
): { name: string; migration: new () => MigrationInterface }[] {
  const folder = path.join(dir, kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const match = FILE.exec(file);
      if (!match) throw new Error(`a migration is named NNNN-what-it-does.sql, not ${file}`);
      const time = TIME_ORIGIN + setIndex * SET_STRIDE + Number(match[1]);
      const name = `${set}/${match[2] ?? ''}/${time}`;
      const sql = readFileSync(path.join(folder, file), 'utf8');
      return { name, migration: migrationClass(name, sql) };
    });
}

function migrationClass(name: string, sql: string): new () => MigrationInterface {
  return class implements MigrationInterface {
    readonly name = name;
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(sql);
    }
    /** There is no way back: a schema only grows, and a backup is how one returns. */
    down(): Promise<void> {
      return Promise.reject(new Error('migrations are not reverted'));
    }
  };
}

async function refuseNewer(
  source: DataSource,
  schema: string,
  known: ReadonlySet<string>,
): Promise<void> {
  const [table] = await source.query<{ present: boolean }[]>(
    `SELECT to_regclass('${schema}.migration') IS NOT NULL AS present`,
  );
  if (!table?.present) return;
  const rows = await source.query<{ name: string }[]>(`SELECT name FROM ${schema}.migration`);
  const unknown = rows.find(({ name }) => !known.has(name));
  if (unknown) throw new NewerSchema(schema, unknown.name);
}

/** A lock key of our own per schema: 48 bits of a hash, as a safe integer. */
const lockOf = (schema: string): number =>
  createHash('sha256').update(`kontor migrate ${schema}`).digest().readUIntBE(0, 6);
