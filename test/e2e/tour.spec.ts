/**
 * The README's tour is run as it is printed: every command, and every figure it promises.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Json, LIVE_KEY, type RunningServer, startServer } from '@kontor/testkit';

const BLOCK = /```(sh|json)\n([\s\S]*?)```/g;

interface Step {
  readonly command: string;
  readonly expected: Json;
}

function tour(): { prelude: string; steps: Step[] } {
  const text = readFileSync(path.join(__dirname, '../../README.md'), 'utf8');
  const [, part = ''] = /<!-- tour -->([\s\S]*?)<!-- \/tour -->/.exec(text) ?? [];
  const blocks = [...part.matchAll(BLOCK)].map(([, kind, body]) => ({ kind, body: body ?? '' }));
  const [prelude, ...rest] = blocks;
  const steps = rest.flatMap((block, index) => {
    if (block.kind !== 'sh') return [];
    const next = rest[index + 1];
    return [
      { command: block.body, expected: next?.kind === 'json' ? JSON.parse(next.body) : undefined },
    ];
  });
  return { prelude: prelude?.body ?? '', steps };
}

/** Arrays and objects as given, down to every leaf; what the README leaves out may be there. */
const partly = (expected: Json): Json => {
  if (Array.isArray(expected)) return expected.map(partly);
  if (expected === null || typeof expected !== 'object') return expected;
  return expect.objectContaining(
    Object.fromEntries(Object.entries(expected).map(([key, value]) => [key, partly(value)])),
  );
};

describe('the tour of the README', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer();
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    server.remove();
  });

  it('works as printed', () => {
    const { prelude, steps } = tour();
    expect(steps.length).toBeGreaterThan(7);
    for (const { command, expected } of steps) {
      const { stdout } = spawnSync('bash', ['-c', `${prelude}\n${command}`], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], KONTOR_URL: server.url, KONTOR_API_KEY: LIVE_KEY },
      });
      const answer = JSON.parse(stdout);
      // A problem says its status in a number, and is printed where one is meant.
      const isProblem = typeof answer.status === 'number';
      expect(isProblem).toBe(typeof expected?.status === 'number');
      if (expected !== undefined) expect(answer).toEqual(partly(expected));
    }
  });
});
