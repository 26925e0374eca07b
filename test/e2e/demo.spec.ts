/**
 * The demo plays against a running server and ends with its table.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { type RunningServer, startServer, TEST_KEY } from '@kontor/testkit';

describe('the demo', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer();
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    server.remove();
  });

  const play = (...args: string[]): { status: number | null; output: string } => {
    const main = path.join(__dirname, '../../tools/demo/dist/main.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
      encoding: 'utf8',
      timeout: 120_000,
      env: { PATH: process.env['PATH'], KONTOR_URL: server.url, KONTOR_TEST_API_KEY: TEST_KEY },
    });
    return { status, output: stdout + stderr };
  };

  it('shows 23 customers with what they cost and earned, and plays a month of history on top', async () => {
    const first = play('--events', '1000');
    expect(first).toMatchObject({ status: 0 });
    expect(first.output).toContain('12 products, 4 vendors');
    expect(first.output).toMatch(/Initech +\d+ +\$[\d.,]+ +\$[\d.,]+ +-?[\d.]+%/);
    const month = play('--events', '1000', '--days', '30');
    expect(month).toMatchObject({ status: 0 });
    expect((await server.test.read('/events?limit=1')).total_count).toBe(2_000);
    expect((await server.test.read('/customers?limit=1')).total_count).toBe(23);
    // It plays in test mode: nothing of it is among live figures.
    expect((await server.live.read('/events?limit=1')).total_count).toBe(0);
  }, 180_000);

  it('says what is wrong with an option', () => {
    const wrong = play('--days', 'many');
    expect(wrong.status).toBe(1);
    expect(wrong.output).toContain('--days');
  });
});
