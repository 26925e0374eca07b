/**
 * Starting, stopping and starting again, as an operator meets it.
 */
import { statSync, writeFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ApiClient, makeDataDir, spawnServer, startServer, pollUntil } from '@kontor/testkit';
import { customerOf } from './stories/setting';

describe('the life of a server', () => {
  it('prints where it answers and a first request that works, and makes its own keys when given none', async () => {
    const server = await startServer({ env: { KONTOR_API_KEY: '', KONTOR_TEST_API_KEY: '' } });
    const output = await pollUntil(() => /curl/.test(server.output()) && server.output());
    expect(output).toContain(server.url);
    expect(output).toContain('/metrics');
    expect(output).toContain('/health');
    const key = /key_[0-9a-z]{20,}/.exec(output)?.[0];
    expect(key).toBeDefined();
    const self = await new ApiClient(server.url, key).read('/accounts/self');
    expect(self.environment).toBe('live');
    const file = path.join(server.dataDir, 'api-key');
    expect(readFileSync(file, 'utf8').trim()).toBe(key);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await server.stop()).toBe(0);

    const again = await startServer({
      dataDir: server.dataDir,
      env: { KONTOR_API_KEY: '', KONTOR_TEST_API_KEY: '' },
    });
    expect(await new ApiClient(again.url, key).read('/accounts/self')).toEqual(self);
    expect(again.output()).not.toContain(key);
    await again.stop();
    again.remove();
  }, 90_000);

  it('uses the keys it is given and never prints them', async () => {
    const server = await startServer();
    expect((await server.live.read('/accounts/self')).environment).toBe('live');
    expect((await server.test.read('/accounts/self')).environment).toBe('test');
    expect(server.output()).not.toContain(server.live.key);
    expect(server.output()).not.toContain(server.test.key);
    await server.stop();
    server.remove();
  }, 60_000);

  it('continues on the same data after a stop and after kill -9', async () => {
    const first = await startServer();
    const customer = await customerOf(first.live);
    expect(await first.stop()).toBe(0);
    const second = await startServer({ dataDir: first.dataDir });
    expect((await second.live.read(`/customers/${customer}`)).id).toBe(customer);
    await second.kill();
    const third = await startServer({ dataDir: first.dataDir });
    expect((await third.live.read(`/customers/${customer}`)).id).toBe(customer);
    await third.stop();
    third.remove();
  }, 120_000);

  it('says what is wrong, with exit status 1, when the port or the data folder is taken', async () => {
    const server = await startServer();
    const samePort = await spawnServer({ port: server.port });
    expect(await exitOf(samePort)).toBe(1);
    expect(samePort.output()).toContain(`${server.port}`);
    const sameFolder = await spawnServer({ dataDir: server.dataDir });
    expect(await exitOf(sameFolder)).toBe(1);
    expect(sameFolder.output()).toContain('in use');
    expect((await server.live.get('/accounts/self')).status).toBe(200);
    await server.stop();
    server.remove();
    samePort.remove();
  }, 120_000);

  it('refuses a data folder of a newer version', async () => {
    const dataDir = makeDataDir();
    const server = await startServer({ dataDir });
    await server.stop();
    const file = path.join(dataDir, 'version.json');
    writeFileSync(file, JSON.stringify({ format: 999 }));
    const refused = await spawnServer({ dataDir });
    expect(await exitOf(refused)).toBe(1);
    expect(refused.output()).toContain('newer version');
    refused.remove();
  }, 90_000);

  it('refuses a wrong setting by its name', async () => {
    const server = await spawnServer({ env: { KONTOR_REPORTING_CURRENCY: 'dollars' } });
    expect(await exitOf(server)).toBe(1);
    expect(server.output()).toContain('KONTOR_REPORTING_CURRENCY');
    server.remove();
  }, 60_000);
});

const exitOf = (server: { process: import('node:child_process').ChildProcess }): Promise<number> =>
  pollUntil(() => server.process.exitCode !== null && { code: server.process.exitCode }, {
    timeoutMs: 60_000,
  }).then(({ code }) => code as number);
