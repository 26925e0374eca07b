/**
 * A disk of its own that can be filled without harm to anybody: a tmpfs, where the tests may mount.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Room for a new cluster, and for the write-ahead log of a run. */
const SIZE = '768m';
const BLOCK = Buffer.alloc(1 << 20);
const SMALL = Buffer.alloc(4096);

export interface SmallDisk {
  readonly folder: string;
  /** Until nothing more can be written. */
  fill(): void;
  /** Gives back what `fill` took. */
  free(): void;
  remove(): void;
}

/** Why no disk can be mounted here; undefined when one can. */
export function whyNoDisk(): string | undefined {
  if (process.platform !== 'linux') return `no tmpfs on ${process.platform}`;
  if (process.getuid?.() !== 0) return 'mounting a tmpfs needs root';
  try {
    mountDisk('1m').remove();
    return undefined;
  } catch (error) {
    return `a tmpfs can't be mounted: ${String(error).split('\n')[0]}`;
  }
}

export function mountDisk(size = SIZE): SmallDisk {
  const folder = mkdtempSync(path.join(tmpdir(), 'kontor-disk-'));
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'kontor-test'];
    execFileSync('mount', [...options, folder], { stdio: 'pipe' });
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  // PostgreSQL's own user must be able to walk in.
  chmodSync(folder, 0o755);
  const ballast = path.join(folder, 'ballast');
  return {
    folder,
    fill: () => fillFile(ballast),
    free: () => rmSync(ballast, { force: true }),
    remove: () => {
      // Lazy: a process that is just ending may have a file open.
      execFileSync('umount', ['-l', folder], { stdio: 'pipe' });
      rmdirSync(folder);
    },
  };
}

function fillFile(file: string): void {
  const ballast = openSync(file, 'a');
  try {
    for (const block of [BLOCK, SMALL]) writeUntilFull(ballast, block);
  } finally {
    closeSync(ballast);
  }
}

function writeUntilFull(ballast: number, block: Buffer): void {
  for (;;) {
    try {
      if (writeSync(ballast, block) < block.length) return;
    } catch (error) {
      if (String(error).includes('ENOSPC')) return;
      throw error;
    }
  }
}
