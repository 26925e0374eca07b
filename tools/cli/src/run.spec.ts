import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from './run';

const DONE = {
  id: 'a1',
  status: 'done',
  partitions: 8,
  partitions_done: 8,
  counts: { facts: 3, wallets: 1 },
  difference_count: 0,
  differences: [],
  balanced: true,
  ok: true,
  seconds: '0.1',
};

class Sink {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

describe('The kontor command', () => {
  let server: Server;
  let answers: { status: number; body: object }[];
  let asked: IncomingMessage[];
  let environment: NodeJS.ProcessEnv;

  beforeEach(async () => {
    answers = [];
    asked = [];
    server = createServer((request, response) => {
      asked.push(request);
      const { status, body } = answers.shift() ?? { status: 500, body: {} };
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
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

  it('says what it can do, and refuses what it does not know', async () => {
    expect(await play('help')).toMatchObject({ code: 0, stdout: expect.stringContaining('audit') });
    expect(await play()).toMatchObject({ code: 2, stderr: expect.stringContaining('audit') });
    expect(await play('sing')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no command sing.'),
    });
    expect(await play('audit', '--loud')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'--loud'"),
    });
    expect(await play('audit', 'now')).toMatchObject({ code: 2, stdout: '' });
    expect(await play('audit', '--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('kontor audit'),
    });
    expect(asked).toEqual([]);
  });

  it('follows an audit to its end and answers 0 when nothing differs', async () => {
    answers = [
      { status: 201, body: { ...DONE, status: 'running', partitions_done: 2 } },
      { status: 503, body: { code: 'not_ready' } },
      { status: 200, body: DONE },
    ];
    const { code, stdout, stderr } = await play('audit');
    expect(code).toBe(0);
    expect(stdout).toContain('no differences, the books balance, 0.1 s');
    expect(stderr).toContain('partition 2 of 8');
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /admin/audit',
      'GET /admin/audit/a1',
      'GET /admin/audit/a1',
    ]);
    expect(asked[0]?.headers).toMatchObject({
      authorization: 'Bearer key_1',
      'kontor-numbers': 'string',
    });
  });

  it('answers 1 and lists the differences', async () => {
    const difference = {
      platform: 'acc_1',
      mode: 'live',
      customer_id: 'cust_1',
      account_id: 'default:USD',
      what: 'available',
      expected: '5',
      found: '6',
    };
    answers = [
      {
        status: 201,
        body: { ...DONE, ok: false, difference_count: 3, differences: [difference] },
      },
    ];
    const { code, stdout } = await play('audit');
    expect(code).toBe(1);
    expect(stdout).toContain('acc_1 live cust_1 default:USD available: log 5, table 6');
    expect(stdout).toContain('... and 2 more');
  });

  it('answers 1 when the audit ended early, or the books do not balance', async () => {
    answers = [{ status: 201, body: { ...DONE, status: 'failed', error: 'interrupted' } }];
    expect(await play('audit')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('ended early: interrupted'),
    });
    answers = [{ status: 201, body: { ...DONE, ok: false, balanced: false } }];
    expect(await play('audit')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('do NOT balance'),
    });
  });

  it('writes one JSON document with --json', async () => {
    answers = [{ status: 201, body: DONE }];
    const { stdout } = await play('audit', '--json');
    expect(JSON.parse(stdout)).toEqual(DONE);
  });

  it('answers 2 with the reason when the server refuses or does not answer', async () => {
    answers = [{ status: 409, body: { code: 'audit_running', detail: 'Another one runs.' } }];
    expect(await play('audit')).toEqual({
      code: 2,
      stdout: '',
      stderr: '409 audit_running: Another one runs.\n',
    });
    environment = { ...environment, KONTOR_URL: 'http://127.0.0.1:1' };
    expect(await play('audit')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no answer from http://127.0.0.1:1'),
    });
    environment = { ...environment, KONTOR_URL: 'here' };
    expect(await play('audit')).toMatchObject({
      code: 2,
      stderr: 'KONTOR_URL is no address: here\n',
    });
  });

  it('says where a key can be had, and takes none by itself', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kontor-cli-'));
    try {
      environment = { ...environment, KONTOR_API_KEY: '', KONTOR_DATA_DIR: folder };
      const without = await play('audit');
      expect(without.code).toBe(2);
      expect(without.stderr).not.toContain('export');
      writeFileSync(path.join(folder, 'api-key'), 'key_secret\n');
      const told = await play('audit');
      expect(told.stderr).toContain(`export KONTOR_API_KEY="$(cat ${folder}/api-key)"`);
      expect(told.stderr).not.toContain('key_secret');
      expect(asked).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
