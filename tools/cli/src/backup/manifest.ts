/**
 * `manifest.json`: what a backup holds, so that it can be checked before anything is written.
 *
 * Shape:  one entry per service, one per table in it; the rows are in `<schema>/<table>.copy`, in
 *         PostgreSQL's COPY text format, UTF-8, times in UTC.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { Unusable } from '../command';

/** Grows when an older build must not restore it any more. */
export const FORMAT = 1;
export const MANIFEST_FILE = 'manifest.json';

const zName = z.string().regex(/^[a-z][a-z0-9_]*$/);
const zCount = z.int().min(0);

const zTable = z.object({
  name: zName,
  columns: z.array(zName).min(1),
  rows: zCount,
  bytes: zCount,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const zService = z.object({
  name: z.string(),
  schema: zName,
  /** As recorded in its schema: what the tables look like. */
  migrations: z.array(z.string()),
  incarnation: z.string(),
  heads: z.array(z.object({ topic: z.string(), partition: zCount, position: zCount })),
  tables: z.array(zTable),
});

const zManifest = z.object({
  format: z.literal(FORMAT),
  /** The moment of which the backup is. */
  made_at: z.iso.datetime(),
  /** The Kontor that wrote it. */
  release: z.string(),
  postgres: z.string(),
  services: z.array(zService).min(1),
});

export type Manifest = z.infer<typeof zManifest>;
export type ManifestService = Manifest['services'][number];
export type ManifestTable = ManifestService['tables'][number];

export const tableFile = (folder: string, schema: string, table: string): string =>
  path.join(folder, schema, `${table}.copy`);

/** Errors: Unusable when there is none, or it is not one that this build can read. */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = path.join(folder, MANIFEST_FILE);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Unusable(`${folder} is no backup: it has no ${MANIFEST_FILE}`);
  });
  const content = parse(text, file);
  const format = z.object({ format: z.int() }).safeParse(content).data?.format;
  if (format !== undefined && format > FORMAT)
    throw new Unusable(`${folder} was made by a newer Kontor (format ${format}, known: ${FORMAT})`);
  const manifest = zManifest.safeParse(content);
  if (manifest.success) return manifest.data;
  throw new Unusable(`${file} is damaged:\n${z.prettifyError(manifest.error)}`);
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unusable(`${file} is damaged: it is no JSON`);
  }
}
