import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { run } from '../run';

const RUNNING = {
  id: 'r1',
  state: 'replaying',
  facts_done: 10,
  facts_total: 40,
  facts_per_second: 20,
  seconds_left: 2,
  comparison: null,
  reason: null,
  ended_at: null,
};
const DONE = { ...RUNNING, state: 'done', facts_done: 40, ended_at: '2026-01-05T14:32:20.000000Z' };
const SAME = { same: true, tables: [], differences: [], truncated: false, decisions_checked: 0 };
const DIFFERENCE = {
  table: 'fee_value',
  key: { event_id: 'e1', fee_id: 'f1' },
  difference: 'changed',
};
const DIFFERENT = { ...SAME, same: false, differences: [DIFFERENCE], truncated: true };

class Sink {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

describe('Rebuilding and verifying from the command line', () => {
  let server: Server;
  let answers: { status: number; body: object }[];
  let asked: { request: IncomingMessage; body: string }[];
  let environment: NodeJS.ProcessEnv;

  beforeEach(async () => {
    answers = [];
    asked = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        asked.push({ request, body });
        const { status, body: answer } = answers.shift() ?? { status: 500, body: {} };
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    environment = { KONTOR_URL: `http://127.0.0.1:${port}`, KONTOR_API_KEY: 'key_1' };
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function play(...args: string[]) {
    const stdout = new Sink();
    const stderr = new Sink();
    const code = await run(args, { environment, stdout, stderr });
    return { code, stdout: stdout.text, stderr: stderr.text };
  }

  it('follows a rebuild to its end and shows how far it is', async () => {
    answers = [
      { status: 202, body: RUNNING },
      { status: 503, body: { code: 'stopping' } },
      { status: 200, body: { ...DONE, comparison: SAME } },
    ];
    const { code, stdout, stderr } = await play('rebuild', 'rating', '--verify');
    expect(stderr).toContain('rating: replaying, 10 of 40 facts, 20 facts/s, 2 s left');
    expect(stdout).toBe('rating: no differences, 40 facts, 20 facts/s\n');
    expect(code).toBe(0);
    const [started, followed] = asked;
    expect(started?.request).toMatchObject({ method: 'POST', url: '/admin/rating/rebuilds' });
    expect(JSON.parse(started?.body ?? '')).toEqual({ verify: true, swap: true });
    expect(followed?.request.url).toBe('/admin/rating/rebuilds/r1');
  });

  it('answers 1 and names the rows when something differs', async () => {
    answers = [{ status: 202, body: { ...DONE, comparison: DIFFERENT } }];
    const { code, stdout } = await play('verify', 'profitability-projection');
    expect(code).toBe(1);
    expect(stdout).toContain(
      'profitability-projection: fee_value event_id=e1 fee_id=f1: changed\n' +
        'profitability-projection: ... and more\n' +
        'profitability-projection: 1 differences',
    );
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ verify: true, swap: false });
  });

  it('verifies every service that has a read model', async () => {
    answers = Array.from({ length: 5 }, () => ({
      status: 202,
      body: { ...DONE, comparison: SAME },
    }));
    const { code, stdout } = await play('verify', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(5);
    expect(asked.map(({ request }) => request.url)).toEqual([
      '/admin/ingestion-gateway/rebuilds',
      '/admin/rating/rebuilds',
      '/admin/cost-attribution/rebuilds',
      '/admin/wallet-ledger/rebuilds',
      '/admin/profitability-projection/rebuilds',
    ]);
  });

  it('answers 1 when it failed or its process was killed, 2 when it could not be asked', async () => {
    answers = [{ status: 202, body: { ...DONE, state: 'failed', reason: 'disk full' } }];
    expect(await play('rebuild', 'rating')).toMatchObject({
      code: 1,
      stdout: 'rating: failed, disk full\n',
    });
    answers = [{ status: 202, body: { ...RUNNING, state: 'interrupted' } }];
    expect(await play('rebuild', 'rating')).toMatchObject({ code: 1 });
    answers = [{ status: 409, body: { code: 'rebuild_running', detail: 'It runs.' } }];
    expect(await play('rebuild', 'rating')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('rebuild_running'),
    });
    expect(await play('rebuild')).toMatchObject({ code: 2 });
    expect(await play('rebuild', 'catalog')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no read model'),
    });
  });
});
