import { heldAt, historyOf, type SubscriptionChange, versionsOf } from './price-book';

let position = 0;
const logged = (subscriptionId: string) => ({
  subscriptionId,
  position: (position += 1),
  index: 0,
});
const created = (
  id: string,
  actsFrom: string | null,
  ...products: [string, number][]
): SubscriptionChange => ({
  ...logged(id),
  change: 'created',
  actsFrom,
  products: products.map(([productId, version]) => ({ productId, version })),
});
const deactivated = (id: string, at: string): SubscriptionChange => ({
  ...logged(id),
  change: 'deactivated',
  at,
});
const activated = (id: string, at: string): SubscriptionChange => ({
  ...logged(id),
  change: 'activated',
  at,
});
const moved = (id: string, productId: string, version: number, at: string): SubscriptionChange => ({
  ...logged(id),
  change: 'version-changed',
  productId,
  version,
  at,
});
const held = (changes: readonly SubscriptionChange[], instant: string): string[] =>
  heldAt(historyOf(changes), instant).map(({ productId, version }) => `${productId}@${version}`);

describe('price book: from when a subscription acts', () => {
  it('covers all history when it has no start', () =>
    expect(held([created('s1', null, ['p', 1])], '1999-01-01')).toEqual(['p@1']));

  it('acts from its start on, that instant included', () => {
    const changes = [created('s1', '2026-01-02', ['p', 1])];
    expect(held(changes, '2026-01-01')).toEqual([]);
    expect(held(changes, '2026-01-02')).toEqual(['p@1']);
  });

  it('stops at its deactivation and goes on at its activation', () => {
    const changes = [
      created('s1', null, ['p', 1]),
      deactivated('s1', '2026-02-01'),
      activated('s1', '2026-03-01'),
    ];
    expect(held(changes, '2026-01-31')).toEqual(['p@1']);
    expect(held(changes, '2026-02-01')).toEqual([]);
    expect(held(changes, '2026-02-28')).toEqual([]);
    expect(held(changes, '2026-03-01')).toEqual(['p@1']);
  });

  it('never acts when it was ended before its start', () =>
    expect(
      held([created('s1', '2026-06-01', ['p', 1]), deactivated('s1', '2026-05-01')], '2026-07-01'),
    ).toEqual([]));

  it('holds nothing for a customer without subscriptions', () =>
    expect(held([], '2026-01-01')).toEqual([]));
});

describe('price book: versions', () => {
  it('changes version at an instant; what happened before keeps the old one', () => {
    const changes = [created('s1', null, ['p', 1], ['q', 1]), moved('s1', 'p', 2, '2026-02-01')];
    expect(held(changes, '2026-01-31')).toEqual(['p@1', 'q@1']);
    expect(held(changes, '2026-02-01')).toEqual(['p@2', 'q@1']);
  });

  it('lets the later of two changes at one instant hold', () =>
    expect(
      held(
        [created('s1', null, ['p', 1]), moved('s1', 'p', 2, '2026'), moved('s1', 'p', 3, '2026')],
        '2026',
      ),
    ).toEqual(['p@3']));

  it('counts a product version once, however many subscriptions hold it', () =>
    expect(
      held([created('s1', null, ['p', 1]), created('s2', null, ['p', 1], ['q', 4])], '2026'),
    ).toEqual(['p@1', 'q@4']));

  it('names every version that may ever be needed', () => {
    const history = historyOf([created('s1', null, ['p', 1]), moved('s1', 'p', 2, '2026')]);
    expect([...versionsOf(history)]).toEqual([
      { productId: 'p', version: 1 },
      { productId: 'p', version: 2 },
    ]);
  });
});
