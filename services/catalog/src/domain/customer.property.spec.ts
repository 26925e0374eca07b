/**
 * Method: up to 60 random commands on one customer, over few products and subscriptions; after each
 * one the invariants are computed from the state alone, in the plainest way.
 */
import fc from 'fast-check';
import { customer, type Customer, LINES_MAX } from './customer';
import type { CustomerCommand, SubscribedProduct } from './customer-messages';

const instant = fc.integer({ min: 1, max: 9 }).map((day) => `2026-03-0${day}T00:00:00.000000Z`);
const at = '2026-03-05T00:00:00.000000Z';
const soldProduct: fc.Arbitrary<SubscribedProduct> = fc
  .record({
    productId: fc.constantFrom('p1', 'p2', 'p3', 'p4'),
    version: fc.integer({ min: 1, max: 3 }),
    call: fc.integer({ min: 0, max: 70 }),
    other: fc.integer({ min: 0, max: 70 }),
  })
  .map(({ productId, version, call, other }) => ({
    productId,
    code: productId,
    version,
    lines: new Map([
      ['call', call],
      ['other', other],
    ]),
  }));
const subscriptionId = fc.integer({ min: 1, max: 8 }).map((number) => `s${number}`);

const command: fc.Arbitrary<CustomerCommand> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('Subscribe' as const),
      subscriptionId: fc.uuid(),
      products: fc.array(soldProduct, { minLength: 1, maxLength: 3 }),
      startsAt: fc.option(instant, { nil: undefined }),
      renewsAt: fc.option(instant, { nil: undefined }),
      at: fc.constant(at),
    }),
  },
  fc.record({
    type: fc.constantFrom('ActivateSubscription' as const, 'DeactivateSubscription' as const),
    subscriptionId,
    at: fc.constant(at),
  }),
  fc.record({
    type: fc.constant('ChangeSubscribedVersion' as const),
    subscriptionId,
    product: soldProduct,
    at: fc.constant(at),
  }),
);

function check(state: Customer): void {
  const held = [...state.subscriptions.values()]
    .filter(({ active }) => active)
    .flatMap(({ products }) => [...products.values()]);
  const ids = held.map(({ productId }) => productId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const eventType of ['call', 'other'])
    expect(
      held.reduce((total, { lines }) => total + (lines.get(eventType) ?? 0), 0),
    ).toBeLessThanOrEqual(LINES_MAX);
  const covering = [...state.subscriptions.values()].filter(({ actsFrom }) => !actsFrom);
  expect(covering.length).toBeLessThanOrEqual(1);
}

describe('customer: after any history', () => {
  it('holds no product twice, is bounded in price lines, and covers the past once', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        let state = customer.evolve(undefined, {
          type: 'CustomerCreated',
          customerId: 'cust_1',
          externalId: undefined,
          at,
        });
        // Short ids, so that later commands find the subscriptions that earlier ones made.
        let made = 0;
        for (const drawn of commands) {
          const next =
            drawn.type === 'Subscribe' ? { ...drawn, subscriptionId: `s${(made += 1)}` } : drawn;
          const decision = customer.decide(next, state);
          if (decision.outcome === 'accepted')
            state = decision.events.reduce(customer.evolve, state);
          check(state!);
        }
      }),
    );
  });
});
