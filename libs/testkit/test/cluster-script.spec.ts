/** The parts of `npm run cluster`: what it starts, and how it keeps one process running. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pollUntil } from '../src';

const folder = path.resolve(__dirname, '../../../deploy/cluster');

interface Keeper {
  readonly pid: number;
  readonly ended: number | string | undefined;
  start(): void;
  stop(): Promise<void>;
  tail(): string[];
}
interface Scripts {
  readonly Keeper: new (options: {
    readonly name: string;
    readonly main: string;
    readonly env: Readonly<Record<string, string>>;
    readonly logFile: string;
    report(text: string): void;
  }) => Keeper;
  planCluster(options: object): { name: string; service: string; env: Record<string, string> }[];
  readonly SERVICES: readonly string[];
  keptSecret(dataDir: string, file: string, make: () => string): string;
}
const scripts = ['keeper', 'plan', 'data-folder']
  .map((name) => require(path.join(folder, `${name}.js`)) as Partial<Scripts>)
  .reduce((all, some) => ({ ...all, ...some })) as Scripts;

describe('the plan of a cluster', () => {
  it('has as many processes of each service as asked for, which all know each other', () => {
    const ports = Array.from({ length: 18 }, (_, index) => 9_000 + index);
    const plan = scripts.planCluster({
      instances: 3,
      ports,
      databaseUrl: 'postgres://x/y',
      brokers: 'k:9092',
      secret: 'a secret between processes',
    });
    expect(plan.map(({ name }) => name)).toEqual(
      scripts.SERVICES.flatMap((service) => [1, 2, 3].map((index) => `${service}-${index}`)),
    );
    expect(new Set(plan.map(({ env }) => env['PORT'])).size).toBe(18);
    expect(new Set(plan.map(({ env }) => env['KONTOR_SERVICES'])).size).toBe(1);
    expect(plan[0]!.env['KONTOR_SERVICES']!.split(',')).toHaveLength(18);
    expect(plan[0]!.env).not.toHaveProperty('KONTOR_KAFKA_PREFIX');
  });
});

describe('a process that is kept running', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(path.join(tmpdir(), 'kontor-keeper-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const keep = (program: string): { keeper: Keeper; reports: string[] } => {
    const main = path.join(dir, 'main.js');
    writeFileSync(main, program);
    const reports: string[] = [];
    const keeper = new scripts.Keeper({
      name: 'rating-1',
      main,
      env: { PATH: process.env['PATH'] ?? '' },
      logFile: path.join(dir, 'rating-1.log'),
      report: (text) => reports.push(text),
    });
    keeper.start();
    return { keeper, reports };
  };
  const RUNS = 'console.log("runs", process.pid); setInterval(() => {}, 1e6);';

  it('is started again when it dies, said so, with its output in its file', async () => {
    const { keeper, reports } = keep(RUNS);
    const first = keeper.pid;
    await pollUntil(() => keeper.tail().includes(`runs ${first}`), { timeoutMs: 10_000 });
    process.kill(first, 'SIGKILL');
    await pollUntil(() => keeper.pid !== first && keeper.tail().includes(`runs ${keeper.pid}`), {
      timeoutMs: 20_000,
    });
    expect(reports).toEqual([
      expect.stringMatching(/^rating-1 ended by itself \(SIGKILL\); .*0\.5 s/),
    ]);
    await keeper.stop();
  });

  it('waits longer after each failure', async () => {
    const { keeper, reports } = keep('process.exit(3)');
    await pollUntil(() => reports.length === 3, { timeoutMs: 20_000 });
    await keeper.stop();
    const waits = reports.map((text) => / in ([\d.]+) s/.exec(text)?.[1]);
    expect(waits).toEqual(['0.5', '1', '2']);
  });

  it('is told to end by SIGTERM, and is not started again', async () => {
    const { keeper, reports } = keep(
      `process.on('SIGTERM', () => { console.log('drained'); process.exit(0); });${RUNS}`,
    );
    await pollUntil(() => keeper.tail().join().includes('runs'), { timeoutMs: 10_000 });
    await keeper.stop();
    expect(keeper.ended).toBe(0);
    expect(keeper.tail()).toContain('drained');
    expect(reports).toEqual([]);
  });

  it('keeps a secret that was made once', () => {
    const made = scripts.keptSecret(dir, 'internal-secret', () => 'first');
    expect(scripts.keptSecret(dir, 'internal-secret', () => 'second')).toBe(made);
    expect(readFileSync(path.join(dir, 'internal-secret'), 'utf8')).toBe('first\n');
  });
});
