import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { mountDisk, type SmallDisk, whyNoDisk } from './small-disk';

const reason = whyNoDisk();
if (reason !== undefined)
  process.stderr.write(`skipped: a full disk, here and in every schedule of faults: ${reason}\n`);
const describeDisk = reason === undefined ? describe : describe.skip;

describeDisk('a disk that faults may fill', () => {
  let disk: SmallDisk;
  beforeAll(() => {
    disk = mountDisk('2m');
  });
  afterAll(() => disk.remove());
  const write = (name: string): void =>
    writeFileSync(path.join(disk.folder, name), 'more than nothing');

  it('has no room when it is full, and has it again', () => {
    write('before');
    disk.fill();
    expect(() => write('meanwhile')).toThrow('ENOSPC');
    disk.free();
    expect(() => write('afterwards')).not.toThrow();
  });
});
