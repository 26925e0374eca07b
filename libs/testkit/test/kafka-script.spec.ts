/** `npm run kafka`, as a person at a terminal uses it. */
import { describeOwnKafka, pollUntil } from '@kontor/testkit';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const script = path.resolve(__dirname, '../../../deploy/kafka/main.js');

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

describeOwnKafka('npm run kafka', () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'kontor-kafka-script-'));
  const started: Running[] = [];

  afterAll(async () => {
    for (const { child } of started) child.kill('SIGTERM');
    await Promise.all(started.map(({ ended }) => ended));
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  function start(...options: string[]): Running {
    const child = spawn(process.execPath, [script, '--data-dir', dataDir, ...options]);
    let output = '';
    child.stdout.on('data', (text) => (output += String(text)));
    child.stderr.on('data', (text) => (output += String(text)));
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const running = { child, output: () => output, ended };
    started.push(running);
    return running;
  }

  const address = ({ output }: Running): Promise<string> =>
    pollUntil(() => /^KAFKA_BROKERS=(\S+)$/m.exec(output())?.[1], {
      timeoutMs: 90_000,
      what: 'KAFKA_BROKERS',
    });
  const clusterId = (): string | undefined =>
    /cluster\.id=(\S+)/.exec(readFileSync(path.join(dataDir, 'log/meta.properties'), 'utf8'))?.[1];
  const brokerPid = (): number =>
    (JSON.parse(readFileSync(path.join(dataDir, 'broker.json'), 'utf8')) as { pid: number }).pid;
  const runs = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it('prints the address, refuses a second start on its folder, and stops on Ctrl-C', async () => {
    const first = start();
    expect(await address(first)).toMatch(/^127\.0\.0\.1:\d+$/);
    const pid = brokerPid();
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('already runs on');
    first.child.kill('SIGINT');
    expect(await first.ended).toBe(0);
    expect(runs(pid)).toBe(false);
  }, 120_000);

  it('goes on with its data and its port, also when the starter was killed', async () => {
    const before = clusterId();
    const killed = start();
    const port = await address(killed);
    const orphan = brokerPid();
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(runs(orphan)).toBe(true);
    const next = start();
    expect(await address(next)).toBe(port);
    expect(clusterId()).toBe(before);
    expect(runs(orphan)).toBe(false);
  }, 120_000);

  it('refuses a port that is in use', async () => {
    const running = started.at(-1)!;
    const port = (await address(running)).split(':')[1]!;
    const other = mkdtempSync(path.join(tmpdir(), 'kontor-kafka-other-'));
    const refused = start('--data-dir', other, '--port', port);
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain(`port ${port} is in use`);
    rmSync(other, { recursive: true, force: true });
  }, 60_000);
});
