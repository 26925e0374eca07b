import { Progress } from './progress';

function shown(isTTY: boolean) {
  const clock = { now: 0 };
  const written: string[] = [];
  const output = { isTTY, write: (text: string) => void written.push(text) };
  return { clock, written, progress: new Progress(output, () => clock.now) };
}

describe('Progress', () => {
  it('redraws the line of a terminal and clears it at the end', () => {
    const { clock, written, progress } = shown(true);
    progress.show('1');
    progress.show('2');
    clock.now = 200;
    progress.show('3');
    progress.end();
    progress.end();
    expect(written).toEqual(['\r\u001b[2K1', '\r\u001b[2K3', '\r\u001b[2K']);
  });

  it('writes a line every few seconds elsewhere', () => {
    const { clock, written, progress } = shown(false);
    for (clock.now = 0; clock.now < 6_000; clock.now += 500) progress.show(`${clock.now}`);
    progress.end();
    expect(written).toEqual(['0\n', '3000\n']);
  });
});
