/** What deploy/ describes, checked against what there is: no Docker engine is needed. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

const root = path.resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, object>> | readonly string[];
  readonly volumes?: readonly string[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const compose = parse(read('deploy/compose/compose.yaml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image === 'kontor:latest');
const KONTOR_SERVICES = [
  'catalog',
  'cost-attribution',
  'ingestion-gateway',
  'profitability-projection',
  'rating',
  'wallet-ledger',
];
const documented = new Set(
  [...read('docs/reference/config.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name),
);

/** `services/rating/dist/main.js` is built from `services/rating/src/main.ts`. */
const sourceOf = (built: string): string =>
  path.join(root, built.replace('/dist/', '/src/').replace(/\.js$/, '.ts'));

describe('compose.yaml', () => {
  it('runs two processes of each service, and one container of everything in the small profile', () => {
    const full = ours.filter(([, { profiles }]) => profiles === undefined);
    expect(full.map(([name]) => name).sort()).toEqual(
      KONTOR_SERVICES.flatMap((service) => [`${service}-1`, `${service}-2`]),
    );
    expect(compose.services['kontor']).toMatchObject({
      profiles: ['small'],
      volumes: ['kontor-data:/data'],
    });
    expect(compose.services['kontor']!.command).toBeUndefined();
  });

  it('starts files that the build makes, each service its own', () => {
    for (const [name, { command }] of ours) {
      const main = command?.at(-1) ?? 'services/all-in-one/dist/main.js';
      expect([name, existsSync(sourceOf(main))]).toEqual([name, true]);
      if (command) expect(main).toBe(`services/${name.replace(/-\d$/, '')}/dist/main.js`);
    }
  });

  it('sets only variables that the configuration knows', () => {
    for (const [name, { environment }] of ours)
      for (const variable of Object.keys(environment ?? {}))
        expect([name, variable, documented.has(variable)]).toEqual([name, variable, true]);
  });

  it('tells every process the same addresses, which are its own containers', () => {
    const lists = new Set(
      ours.map(([, { environment }]) => environment!['KONTOR_SERVICES']).filter(Boolean),
    );
    expect(lists.size).toBe(1);
    const named = [...lists][0]!.split(',').map((part) => part.split('='));
    for (const [service, url] of named) {
      const { hostname, port } = new URL(url!);
      expect(hostname.replace(/-\d$/, '')).toBe(service);
      expect([hostname, port]).toEqual([compose.services[hostname] && hostname, '8080']);
    }
    expect(named).toHaveLength(12);
  });

  it('publishes each port once, of processes that listen on it', () => {
    const ports = services
      .filter(([, { profiles }]) => !profiles?.includes('small'))
      .flatMap(([, each]) => each.ports ?? []);
    const hostPorts = ports.map((port) => port.split(':')[0]);
    expect(new Set(hostPorts).size).toBe(hostPorts.length);
    for (const [, each] of ours)
      for (const port of each.ports ?? []) expect(port.split(':')[1]).toBe('8080');
  });

  it('names only services, volumes and files that are there', () => {
    for (const [name, { depends_on: needs = [], volumes = [] }] of services) {
      const needed = Array.isArray(needs) ? (needs as string[]) : Object.keys(needs);
      for (const other of needed) expect(Object.keys(compose.services)).toContain(other);
      for (const volume of volumes) {
        const [from = ''] = volume.split(':');
        const isThere = from.startsWith('.')
          ? existsSync(path.join(root, 'deploy/compose', from))
          : from in compose.volumes;
        expect([name, from, isThere]).toEqual([name, from, true]);
      }
    }
  });
});

describe('the Dockerfile', () => {
  const dockerfile = read('deploy/docker/Dockerfile');
  const lines = dockerfile.replaceAll(/\\\n/g, ' ').split('\n');

  it('copies what is there, and nothing that .dockerignore keeps out', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = lines
      .filter((line) => /^COPY (?!--)/.test(line))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    expect(copied.length).toBeGreaterThan(5);
    for (const file of copied) {
      expect([file, existsSync(path.join(root, file))]).toEqual([file, true]);
      expect(allowed).toContain(file);
    }
  });

  it('runs scripts that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const names = [...dockerfile.matchAll(/npm run (\S+)/g)].map(([, name]) => name!);
    expect(names).toEqual(['build']);
    for (const name of names) expect(Object.keys(scripts)).toContain(name);
  });

  it('gives an image that runs as nobody special, says its health, and starts the product', () => {
    const final = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
    expect(final).toContain('USER node');
    const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(final.join('\n')) ?? [];
    const main = (JSON.parse(command) as string[]).at(-1)!;
    expect(existsSync(sourceOf(main))).toBe(true);
    expect(final.join('\n')).toContain('HEALTHCHECK');
  });

  it('checks health with a program that really tells', async () => {
    const [, text = '[]'] = /CMD (\["node", "-e".*\])$/m.exec(lines.join('\n')) ?? [];
    const [, ...args] = JSON.parse(text) as string[];
    const { spawnSync } = await import('node:child_process');
    const { createServer } = await import('node:http');
    const away = spawnSync(process.execPath, args, { env: { PORT: '1' } });
    expect(away.status).toBe(1);
    // In a process of its own: spawnSync keeps this one from answering.
    const { execFile } = await import('node:child_process');
    const statusOf = (status: number): Promise<number> =>
      new Promise((resolve) => {
        const server = createServer((request, response) => {
          response.writeHead(request.url === '/health/ready' ? status : 404).end();
        }).listen(0, '127.0.0.1', () => {
          const { port } = server.address() as { port: number };
          execFile(process.execPath, args, { env: { PORT: String(port) } }, (error) => {
            server.close();
            resolve(error ? 1 : 0);
          });
        });
      });
    expect(await statusOf(200)).toBe(0);
    expect(await statusOf(503)).toBe(1);
  });
});
