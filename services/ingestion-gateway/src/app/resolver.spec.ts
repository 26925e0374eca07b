import type { Tenant } from '@kontor/contracts';
import type { KnownReferences, Names, Resolved } from './ports';
import { Resolver } from './resolver';

const tenant: Tenant = { platform: 'acc_1', mode: 'live' };
const CUSTOMERS = [
  { id: 'cust_1', externalId: 'one' },
  { id: 'cust_2', externalId: null },
];
const findIn = (all: typeof CUSTOMERS, { ids, externalIds }: Names) =>
  all.filter(
    ({ id, externalId }) =>
      ids.includes(id) || (externalId !== null && externalIds.includes(externalId)),
  );

/** An owner that answers from a list, can be silenced, and keeps what it was asked. */
class Owner {
  readonly questions: Names[] = [];
  head = 7;
  isSilent = false;
  all = [...CUSTOMERS];
  async resolve(_tenant: Tenant, names: Names): Promise<Resolved> {
    this.questions.push(names);
    await new Promise((resolve) => setImmediate(resolve));
    if (this.isSilent) throw new Error('silent');
    return { head: this.head, found: findIn(this.all, names) };
  }
}

const view = (all: typeof CUSTOMERS = [], head = 3): KnownReferences => ({
  find: async (_tenant, names) => findIn(all, names),
  head: async () => head,
});

const setUp = (known = view(), externalIdsMove = true) => {
  const owner = new Owner();
  const resolver = new Resolver({ owner, known, externalIdsMove, nextTurn: setImmediate });
  return { owner, resolver };
};

describe('references: with their owner', () => {
  it('are asked for once for all requests of a moment', async () => {
    const { owner, resolver } = setUp();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_item, index) =>
        resolver.resolve(tenant, [{ id: `cust_${index % 3}` }]),
      ),
    );
    expect(owner.questions).toHaveLength(1);
    expect(answers[1]?.idOf({ id: 'cust_1' })).toBe('cust_1');
    expect(answers[0]?.idOf({ id: 'cust_0' })).toBeUndefined();
    expect(answers[0]?.head).toBe(7);
  });

  it('a head that is answered was read after the request had come', async () => {
    const { owner, resolver } = setUp();
    const first = resolver.resolve(tenant, []);
    await new Promise((resolve) => setImmediate(resolve));
    expect(owner.questions).toHaveLength(1);
    owner.head = 8;
    const second = resolver.resolve(tenant, []);
    await first;
    owner.head = 9;
    expect((await second).head).toBe(9);
    expect(owner.questions).toHaveLength(2);
  });

  it('an id once known is not asked for again, its head is', async () => {
    const { owner, resolver } = setUp();
    await resolver.resolve(tenant, [{ id: 'cust_1' }]);
    const directory = await resolver.resolve(tenant, [{ id: 'cust_1' }]);
    expect(owner.questions[1]).toEqual({ ids: [], externalIds: [] });
    expect(directory.idOf({ id: 'cust_1' })).toBe('cust_1');
  });

  it('an external id is asked for every time, because it can move', async () => {
    const { owner, resolver } = setUp();
    const before = await resolver.resolve(tenant, [{ externalId: 'one' }]);
    owner.all = [{ id: 'cust_2', externalId: 'one' }];
    const after = await resolver.resolve(tenant, [{ externalId: 'one' }]);
    expect([before, after].map((each) => each.idOf({ externalId: 'one' }))).toEqual([
      'cust_1',
      'cust_2',
    ]);
  });

  it('two names must be of the same one', async () => {
    const { resolver } = setUp();
    const references = [{ id: 'cust_1', externalId: 'one' }, { id: 'cust_2' }];
    const directory = await resolver.resolve(tenant, references);
    expect(directory.idOf({ id: 'cust_1', externalId: 'one' })).toBe('cust_1');
    expect(directory.idOf({ id: 'cust_2', externalId: 'one' })).toBeUndefined();
  });

  it('what one tenant knows, another does not', async () => {
    const { owner, resolver } = setUp();
    await resolver.resolve(tenant, [{ id: 'cust_1' }]);
    owner.all = [];
    for (const other of [{ ...tenant, mode: 'test' } as const, { ...tenant, platform: 'acc_2' }]) {
      const directory = await resolver.resolve(other, [{ id: 'cust_1' }]);
      expect(directory.idOf({ id: 'cust_1' })).toBeUndefined();
    }
  });
});

describe('references: while their owner is silent', () => {
  it('are known from before, at the last head that was seen', async () => {
    const { owner, resolver } = setUp();
    await resolver.resolve(tenant, [{ id: 'cust_1' }]);
    owner.isSilent = true;
    const directory = await resolver.resolve(tenant, [{ id: 'cust_1' }]);
    expect(directory.idOf({ id: 'cust_1' })).toBe('cust_1');
    expect(directory.head).toBe(7);
  });

  it('are known from the own view, also after a restart', async () => {
    const { owner, resolver } = setUp(view(CUSTOMERS, 5));
    owner.isSilent = true;
    const directory = await resolver.resolve(tenant, [{ id: 'cust_2' }]);
    expect(directory.idOf({ id: 'cust_2' })).toBe('cust_2');
    expect(directory.head).toBe(5);
  });

  it('somebody unknown is not refused but answered later, and only that request', async () => {
    const { owner, resolver } = setUp(view(CUSTOMERS));
    owner.isSilent = true;
    const [known, unknown] = await Promise.allSettled([
      resolver.resolve(tenant, [{ id: 'cust_1' }]),
      resolver.resolve(tenant, [{ id: 'cust_9' }]),
    ]);
    expect([known.status, unknown.status]).toEqual(['fulfilled', 'rejected']);
  });

  it('an external id that can move is never billed to whom it was', async () => {
    const moving = setUp(view(CUSTOMERS), true);
    moving.owner.isSilent = true;
    await expect(moving.resolver.resolve(tenant, [{ externalId: 'one' }])).rejects.toThrow(
      'silent',
    );
    const fixed = setUp(view(CUSTOMERS), false);
    fixed.owner.isSilent = true;
    const directory = await fixed.resolver.resolve(tenant, [{ externalId: 'one' }]);
    expect(directory.idOf({ externalId: 'one' })).toBe('cust_1');
  });
});
