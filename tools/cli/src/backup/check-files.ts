import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Unusable } from '../command';
import { tableFile, type Manifest } from './manifest';
import { Tally, type Show } from './tally';

/** Reads every file of a backup. Errors: Unusable names the first that is not as it was written. */
export async function checkFiles(folder: string, manifest: Manifest, show: Show): Promise<void> {
  const files = manifest.services.flatMap(({ schema, tables }) =>
    tables.map((table) => ({ schema, table, file: tableFile(folder, schema, table.name) })),
  );
  const bytesAll = files.reduce((sum, { table }) => sum + table.bytes, 0);
  const tally = new Tally('checked', files.length, show, bytesAll);
  for (const { schema, table, file } of files) {
    tally.begin(`${schema}.${table.name}`);
    const found = await hashOf(file, tally);
    if (found !== table.sha256)
      throw new Unusable(`${file} is ${found === undefined ? 'missing' : 'damaged'}`);
    tally.end();
  }
}

/** Undefined when there is no such file. */
async function hashOf(file: string, tally: Tally): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      tally.add(chunk.length);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest('hex');
}
