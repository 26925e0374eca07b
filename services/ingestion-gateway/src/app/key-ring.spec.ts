import type { InstantText } from '@kontor/contracts';
import { FakeClock } from '@kontor/testkit';
import type { KeyDirectory, KeyOwner } from './key-ports';
import { KeyRing } from './key-ring';

const owner: KeyOwner = {
  platform: 'acc_1',
  mode: 'live',
  keyId: 'key_1',
  scopes: ['read'],
  expiresAt: null,
};

class Directory implements KeyDirectory {
  readonly questions: (readonly string[])[] = [];
  readonly owners = new Map<string, KeyOwner>([['#secret', owner]]);
  noted: ReadonlyMap<string, InstantText> = new Map();
  async find(hashes: readonly string[]) {
    this.questions.push(hashes);
    const found = new Map(this.owners);
    await new Promise((resolve) => setImmediate(resolve));
    return found;
  }
  async used(uses: ReadonlyMap<string, InstantText>) {
    this.noted = uses;
  }
}

const setUp = () => {
  const directory = new Directory();
  const clock = new FakeClock();
  const time = { ms: 0 };
  const ring = new KeyRing({
    directory,
    clock,
    elapsedMs: () => time.ms,
    hashOf: (secret) => `#${secret}`,
    nextTurn: setImmediate,
  });
  return { directory, clock, time, ring };
};

describe('key ring', () => {
  it('looks a key up once for a moment, and together with others of the same moment', async () => {
    const { directory, ring } = setUp();
    const owners = await Promise.all([
      ring.identify('secret'),
      ring.identify('secret'),
      ring.identify('wrong'),
    ]);
    expect(owners).toEqual([owner, owner, undefined]);
    expect(await ring.identify('secret')).toEqual(owner);
    expect(directory.questions).toEqual([['#secret', '#wrong']]);
  });

  it('asks again after a while, so that a revocation elsewhere is heard of', async () => {
    const { directory, time, ring } = setUp();
    await ring.identify('secret');
    directory.owners.clear();
    time.ms = 4_999;
    expect(await ring.identify('secret')).toEqual(owner);
    time.ms = 5_000;
    expect(await ring.identify('secret')).toBeUndefined();
  });

  it('forgets at once what was changed here, also what is being looked up', async () => {
    const { directory, ring } = setUp();
    const before = ring.identify('secret');
    await new Promise((resolve) => setImmediate(resolve));
    directory.owners.clear();
    ring.forget();
    await before;
    expect(await ring.identify('secret')).toBeUndefined();
  });

  it('knows a rotated secret until its end', async () => {
    const { directory, clock, ring } = setUp();
    const expiresAt = '2026-01-05T12:00:01.000000Z';
    directory.owners.set('#secret', { ...owner, expiresAt });
    expect(await ring.identify('secret')).toBeDefined();
    clock.advance(1_000);
    expect(await ring.identify('secret')).toBeUndefined();
  });

  it('notes the last use of each key, once in a while', async () => {
    const { directory, clock, ring } = setUp();
    await ring.identify('secret');
    const last = clock.advance(5_000);
    await ring.identify('secret');
    await ring.flush();
    expect(directory.noted).toEqual(new Map([['key_1', last]]));
  });
});
