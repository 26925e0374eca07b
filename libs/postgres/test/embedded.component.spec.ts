import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  DataFolderInUse,
  DataFolderVersion,
  openDatabase,
  startEmbeddedPostgres,
} from '@kontor/postgres';
import { pollUntil } from '@kontor/testkit';

const builtLib = require.resolve('../dist/index.js');

describe('embedded PostgreSQL', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'kontor-embedded-'));
    // Root's PostgreSQL runs as somebody else, who must be able to walk in.
    chmodSync(dataDir, 0o755);
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  const write = async (url: string, id: string): Promise<void> => {
    const database = await openDatabase({ url, service: 'probe' });
    await database.query('CREATE TABLE IF NOT EXISTS public.kept (id text)');
    await database.query('INSERT INTO public.kept VALUES ($1)', [id]);
    await database.close();
  };
  const readAll = async (url: string): Promise<unknown> => {
    const database = await openDatabase({ url, service: 'probe' });
    const rows = await database.query('SELECT id FROM public.kept ORDER BY id');
    await database.close();
    return rows;
  };

  it('keeps its data over a stop and a second start, and stops for good', async () => {
    const first = await startEmbeddedPostgres(dataDir);
    await write(first.url, 'a');
    await first.stop();
    await expect(openDatabase({ url: first.url, service: 'probe' })).rejects.toThrow(
      'ECONNREFUSED',
    );
    const second = await startEmbeddedPostgres(dataDir);
    expect(await readAll(second.url)).toEqual([{ id: 'a' }]);
    await second.stop();
  });

  it('refuses a data folder that a live server uses', async () => {
    const first = await startEmbeddedPostgres(dataDir);
    await expect(startEmbeddedPostgres(dataDir)).rejects.toThrow(DataFolderInUse);
    await write(first.url, 'still here');
    await first.stop();
  });

  it('starts PostgreSQL again on the same address when it is killed', async () => {
    const embedded = await startEmbeddedPostgres(dataDir);
    await write(embedded.url, 'before');
    const before = embedded.pid();
    process.kill(before, 'SIGKILL');
    await pollUntil(() => embedded.pid() !== before);
    await write(embedded.url, 'after');
    expect(await readAll(embedded.url)).toEqual([{ id: 'after' }, { id: 'before' }]);
    await embedded.stop();
  });

  it('goes on with the PostgreSQL that a killed server left running', async () => {
    const script = `require(${JSON.stringify(builtLib)}).startEmbeddedPostgres(${JSON.stringify(dataDir)})
      .then((p) => { console.log(p.pid()); process.kill(process.pid, 'SIGKILL'); });`;
    const output = runUntilKilled(script);
    const left = Number(output);
    expect(() => process.kill(left, 0)).not.toThrow();
    const next = await startEmbeddedPostgres(dataDir);
    expect(next.startedHere).toBe(false);
    expect(next.pid()).toBe(left);
    await write(next.url, 'x');
    await next.stop();
    await expect(openDatabase({ url: next.url, service: 'probe' })).rejects.toThrow('ECONNREFUSED');
  });

  it('says which version made a data folder that it cannot open', async () => {
    const first = await startEmbeddedPostgres(dataDir);
    await first.stop();
    writeFileSync(path.join(dataDir, 'postgres', 'PG_VERSION'), '99\n');
    await expect(startEmbeddedPostgres(dataDir)).rejects.toThrow(DataFolderVersion);
  });
});

function runUntilKilled(script: string): string {
  try {
    return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
