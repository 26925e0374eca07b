import { randomUUID } from 'node:crypto';
import type { Json } from '@kontor/testkit';
import { readConfig } from '@kontor/service-host';
import { ensureFirstPlatform } from '../src';
import { body, LIVE_KEY, openGateway, TEST_KEY, usage, type Gateway } from './setting';

describe('platforms and keys', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway();
  });
  afterAll(() => gateway.service.stop());

  const { live, test } = {
    live: () => gateway.live,
    test: () => gateway.test,
  };

  it('say whose they are, under every name of the header', async () => {
    const self = await live().read('/accounts/self');
    expect(self).toEqual({
      account_id: expect.stringMatching(/^acc_/),
      environment: 'live',
      org_id: self.account_id,
      name: expect.any(String),
    });
    expect(await test().read('/accounts/self')).toEqual({ ...self, environment: 'test' });
    for (const header of ['x-api-key', 'x-credyt-api-key'])
      expect(
        (
          await live()
            .as(undefined)
            .get('/accounts/self', { headers: { [header]: TEST_KEY } })
        ).status,
      ).toBe(200);
  });

  it('of a new platform are shown once, and reach that platform only', async () => {
    const command = { headers: { 'idempotency-key': randomUUID() } };
    const created = await live().post('/admin/platforms', { name: 'Other' }, command);
    expect(created.status).toBe(201);
    const { id, keys } = created.body;
    const again = await live().post('/admin/platforms', { name: 'Other' }, command);
    expect(again.body).toEqual({ ...created.body, keys: { live: null, test: null } });
    const other = await live().post('/admin/platforms', { name: 'Third' }, command);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect((await live().as(keys.live).read('/accounts/self')).account_id).toBe(id);
    expect((await live().as(keys.test).read('/accounts/self')).environment).toBe('test');
    expect((await live().as(keys.live).get('/admin/platforms')).status).toBe(403);
    const { items, total_count } = await live().read('/admin/platforms?limit=1');
    expect([items[0].id, total_count]).toEqual([id, 2]);
  });

  it('are made with the scopes that are asked for, in the mode of who asks', async () => {
    const made = await test().post('/api-keys', { name: 'worker', scopes: ['ingest', 'ingest'] });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: 'worker', mode: 'test', scopes: ['ingest'] });
    expect(made.body.secret).toMatch(/^key_[0-9a-hjkmnp-tv-z]{52}$/);
    const worker = live().as(made.body.secret);
    expect((await worker.post('/events', body(usage()))).status).toBe(202);
    expect((await worker.get('/api-keys')).status).toBe(403);
    const kept = JSON.stringify(
      await gateway.service.runtime.database.query(
        'SELECT * FROM api_key, api_key_secret, command_id',
      ),
    );
    expect(kept).not.toContain(made.body.secret.slice(4));
  });

  it('pass on no more than they may', async () => {
    const { secret } = await test().create('/api-keys', { scopes: ['write', 'read'] });
    const writer = live().as(secret);
    for (const order of [{ scopes: ['admin'] }, { scopes: ['read'], mode: 'live' }]) {
      const { status, body: answer } = await writer.post('/api-keys', order);
      expect([status, answer.code]).toEqual([403, 'missing_scope']);
    }
    const { items } = await writer.read('/api-keys?limit=100');
    const admin = items.find((key: Json) => key.scopes.includes('admin'));
    expect((await writer.post(`/api-keys/${admin.id}/rotate`, {})).status).toBe(403);
    expect((await writer.delete(`/api-keys/${admin.id}`)).status).toBe(403);
    for (const bad of [{}, { scopes: [] }, { scopes: ['all'] }, { scopes: ['read'], surprise: 1 }])
      expect((await writer.post('/api-keys', bad)).status).toBe(422);
  });

  it('are listed per platform and mode, newest first, without their secrets', async () => {
    const first = await live().create('/api-keys', { name: 'a', scopes: ['read'] });
    const second = await live().create('/api-keys', { name: 'b', scopes: ['read'] });
    const page = await live().read('/api-keys?limit=1');
    expect(page.items.map((key: Json) => key.id)).toEqual([second.id]);
    const next = await live().read(`/api-keys?limit=1&cursor=${page.next_cursor}`);
    expect(next.items.map((key: Json) => key.id)).toEqual([first.id]);
    expect(JSON.stringify(page)).not.toContain('secret');
    const tests = await test().read('/api-keys?limit=100');
    expect(tests.items.every((key: Json) => key.mode === 'test')).toBe(true);
    expect((await live().get('/api-keys?cursor=forged')).body.code).toBe('invalid_cursor');
  });

  it('work on for the grace that a rotation gives, and no longer', async () => {
    const made = await live().create('/api-keys', { scopes: ['read'] });
    const status = async (secret: string) => (await live().as(secret).get('/accounts/self')).status;
    const graced = await live().post(`/api-keys/${made.id}/rotate`, { grace_seconds: 3_600 });
    expect(graced.status).toBe(200);
    expect(await status(made.secret)).toBe(200);
    expect(await status(graced.body.secret)).toBe(200);
    const command = { headers: { 'idempotency-key': randomUUID() } };
    const at = `/api-keys/${made.id}/rotate`;
    const rotated = await live().post(at, undefined, command);
    expect([await status(made.secret), await status(graced.body.secret)]).toEqual([401, 401]);
    const again = await live().post(at, undefined, command);
    expect(again.body).toEqual({ ...rotated.body, secret: null });
    expect(await status(rotated.body.secret)).toBe(200);
    expect((await test().post(at, {})).status).toBe(404);
    expect((await live().post('/api-keys/key_x/rotate', {})).status).toBe(404);
  });

  it('are revoked at once', async () => {
    const made = await live().create('/api-keys', { scopes: ['read'] });
    const bearer = live().as(made.secret);
    expect((await bearer.get('/accounts/self')).status).toBe(200);
    expect((await test().delete(`/api-keys/${made.id}`)).status).toBe(404);
    expect((await live().delete(`/api-keys/${made.id}`)).status).toBe(204);
    expect((await bearer.get('/accounts/self')).status).toBe(401);
    expect((await live().delete(`/api-keys/${made.id}`)).status).toBe(404);
  });

  it('of the first platform stay over a restart; a new one in the environment is added', async () => {
    const { runtime } = gateway.service;
    const start = (env: Record<string, string>, kept?: object) =>
      ensureFirstPlatform({ ...runtime, config: readConfig(env) }, kept);
    const { account_id: platformId } = await live().read('/accounts/self');
    const given = { KONTOR_API_KEY: LIVE_KEY, KONTOR_TEST_API_KEY: TEST_KEY };
    expect(await start(given)).toEqual({
      platformId,
      keys: {
        live: { origin: 'environment', secret: LIVE_KEY },
        test: { origin: 'environment', secret: TEST_KEY },
      },
    });
    expect((await start({})).keys.live).toEqual({ origin: 'stored', secret: undefined });
    const changed = `key_${'3'.repeat(52)}`;
    const lost = await start({ KONTOR_API_KEY: changed }, {});
    expect(lost.keys.test).toEqual({ origin: 'generated', secret: expect.any(String) });
    for (const secret of [LIVE_KEY, changed, lost.keys.test.secret])
      expect((await live().as(secret).get('/admin/platforms')).status).toBe(200);
    const keptOn = await start({}, { live: changed, test: lost.keys.test.secret });
    expect(keptOn.keys).toEqual({
      live: { origin: 'kept', secret: changed },
      test: { origin: 'kept', secret: lost.keys.test.secret },
    });
  });
});
