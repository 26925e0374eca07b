import { specFor } from '@kontor/event-sourcing/testing';
import { customer, LINES_MAX, statusOf, type Subscription } from './customer';
import type { CustomerCommand, CustomerEvent, SubscribedProduct } from './customer-messages';

const { given } = specFor(customer);

const at = '2026-03-01T12:00:00.000000Z';
const before = '2020-01-01T00:00:00.000000Z';
const later = '2027-01-01T00:00:00.000000Z';
const customerId = 'cust_1';

const sold = (productId: string, lines = 1, version = 1): SubscribedProduct => ({
  productId,
  code: `code of ${productId}`,
  version,
  lines: new Map([['call', lines]]),
});

// Events.
const created: CustomerEvent = { type: 'CustomerCreated', customerId, externalId: 'ext', at };
const subscribed = (
  subscriptionId: string,
  products: SubscribedProduct[],
  times: { actsFrom?: string; startsAt?: string; renewsAt?: string } = {},
): CustomerEvent => ({
  type: 'SubscriptionCreated',
  customerId,
  subscriptionId,
  products,
  actsFrom: times.actsFrom,
  startsAt: times.startsAt,
  renewsAt: times.renewsAt,
  at,
});
const ended = (subscriptionId: string): CustomerEvent => ({
  type: 'SubscriptionDeactivated',
  customerId,
  subscriptionId,
  at,
});

// Commands.
const subscribe = (
  subscriptionId: string,
  products: SubscribedProduct[],
  times: { startsAt?: string; renewsAt?: string } = {},
): CustomerCommand => ({
  type: 'Subscribe',
  subscriptionId,
  products,
  startsAt: times.startsAt,
  renewsAt: times.renewsAt,
  at,
});
const activate = (subscriptionId: string): CustomerCommand => ({
  type: 'ActivateSubscription',
  subscriptionId,
  at,
});
const deactivate = (subscriptionId: string): CustomerCommand => ({
  type: 'DeactivateSubscription',
  subscriptionId,
  at,
});
const move = (subscriptionId: string, product: SubscribedProduct): CustomerCommand => ({
  type: 'ChangeSubscribedVersion',
  subscriptionId,
  product,
  at,
});

describe('customer: a subscription', () => {
  it('that is the first without a start covers everything before', () =>
    given(created)
      .when(subscribe('s1', [sold('p1')]))
      .then(subscribed('s1', [sold('p1')])));

  it('that comes after that acts from its creation', () =>
    given(created, subscribed('s1', [sold('p1')]))
      .when(subscribe('s2', [sold('p2')]))
      .then(subscribed('s2', [sold('p2')], { actsFrom: at })));

  it.each([before, later])(
    'with a start acts from %s, and leaves the past to another',
    (startsAt) => {
      const dated = subscribed('s1', [sold('p1')], { actsFrom: startsAt, startsAt });
      given(created)
        .when(subscribe('s1', [sold('p1')], { startsAt }))
        .then(dated);
      given(created, dated)
        .when(subscribe('s2', [sold('p2')]))
        .then(subscribed('s2', [sold('p2')]));
    },
  );

  it('is refused for a product that is held, also one that is yet to start', () => {
    const refusal = { code: 'already_subscribed', productCode: 'code of p1', index: 1 } as const;
    const times = { actsFrom: later, startsAt: later };
    given(created, subscribed('s1', [sold('p1')], times))
      .when(subscribe('s2', [sold('p2'), sold('p1', 1, 2)]))
      .thenRejected(refusal);
    given(created)
      .when(subscribe('s1', [sold('p1'), sold('p1', 1, 2)]))
      .thenRejected(refusal);
  });

  it('is possible again once the first one ended', () =>
    given(created, subscribed('s1', [sold('p1')]), ended('s1'))
      .when(subscribe('s2', [sold('p1')]))
      .then(subscribed('s2', [sold('p1')], { actsFrom: at })));

  it('renews only after it starts', () => {
    given(created)
      .when(subscribe('s1', [sold('p1')], { renewsAt: at }))
      .thenRejected({ code: 'renews_before_start' });
    given(created)
      .when(subscribe('s1', [sold('p1')], { startsAt: before, renewsAt: at }))
      .then(subscribed('s1', [sold('p1')], { actsFrom: before, startsAt: before, renewsAt: at }));
  });

  it(`is refused beyond ${LINES_MAX} price lines for an event type`, () => {
    const held = subscribed('s1', [sold('p1', LINES_MAX)]);
    const refusal = { code: 'too_many_prices', eventType: 'call', max: LINES_MAX } as const;
    given(created, held)
      .when(subscribe('s2', [sold('p2', 1)]))
      .thenRejected(refusal);
    given(created, held, ended('s1'))
      .when(subscribe('s2', [sold('p2', 1)]))
      .then(subscribed('s2', [sold('p2', 1)], { actsFrom: at }));
    const other = { ...sold('p2'), lines: new Map([['other', LINES_MAX]]) };
    given(created, held)
      .when(subscribe('s2', [other]))
      .then(subscribed('s2', [other], { actsFrom: at }));
  });
});

describe('customer: ending and taking up again', () => {
  const held = [created, subscribed('s1', [sold('p1', 60)])];
  it('is told once', () => {
    given(...held)
      .when(deactivate('s1'))
      .then(ended('s1'));
    given(...held, ended('s1'))
      .when(deactivate('s1'))
      .thenNothing();
    given(...held)
      .when(activate('s1'))
      .thenNothing();
    given(...held, ended('s1'))
      .when(activate('s1'))
      .then({ type: 'SubscriptionActivated', customerId, subscriptionId: 's1', at });
  });
  it('is refused while another subscription holds the product', () =>
    given(...held, ended('s1'), subscribed('s2', [sold('p1')]))
      .when(activate('s1'))
      .thenRejected({ code: 'already_subscribed', productCode: 'code of p1', index: 0 }));
  it('is refused when there would be too many price lines', () =>
    given(...held, ended('s1'), subscribed('s2', [sold('p2', 41)]))
      .when(activate('s1'))
      .thenRejected({ code: 'too_many_prices', eventType: 'call', max: LINES_MAX }));
  it('needs a subscription of this customer', () =>
    given(...held)
      .when(activate('s2'))
      .thenRejected({ code: 'subscription_not_found' }));
});

describe('customer: another version', () => {
  const held = [created, subscribed('s1', [sold('p1', 60), sold('p2', 40)])];
  it('takes the place of the one that was held', () => {
    const product = sold('p1', 60, 2);
    given(...held)
      .when(move('s1', product))
      .then({ type: 'SubscriptionVersionChanged', customerId, subscriptionId: 's1', product, at });
  });
  it('is nothing when it is held already', () =>
    given(...held)
      .when(move('s1', sold('p1', 60)))
      .thenNothing());
  it('is refused with too many price lines, but not in a subscription that ended', () => {
    const product = sold('p1', 61, 2);
    given(...held)
      .when(move('s1', product))
      .thenRejected({ code: 'too_many_prices', eventType: 'call', max: LINES_MAX });
    given(...held, ended('s1'), subscribed('s2', [sold('p3', 60)]))
      .when(move('s1', product))
      .then({ type: 'SubscriptionVersionChanged', customerId, subscriptionId: 's1', product, at });
  });
  it('needs the product in the subscription', () =>
    given(...held)
      .when(move('s1', sold('p3')))
      .thenRejected({ code: 'product_not_subscribed' }));
});

describe('customer: who it is', () => {
  const assigned = (externalId: string): CustomerEvent => ({
    type: 'CustomerExternalIdAssigned',
    customerId,
    externalId,
    at,
  });
  const change = (externalId: string | undefined, details: boolean): CustomerCommand => ({
    type: 'ChangeCustomer',
    externalId,
    details,
    at,
  });
  const erase: CustomerCommand = { type: 'ErasePersonalData', at };
  const erased: CustomerEvent = { type: 'CustomerPersonalDataErased', customerId, at };
  const detailed: CustomerEvent = { type: 'CustomerDetailsChanged', customerId, at };

  it('is told without what names a person', () => {
    given(created).when(change('new', true)).then(assigned('new'), detailed);
    given(created).when(change('ext', false)).thenNothing();
  });
  it('is erased once, and again after it was given anew', () => {
    given(created).when(erase).then(erased);
    given(created, erased).when(erase).thenNothing();
    given(created, erased, detailed).when(erase).then(erased);
  });
  it('needs a customer', () => given().when(erase).thenRejected({ code: 'customer_not_found' }));
});

describe('customer: the status of a subscription', () => {
  const subscription = (active: boolean, startsAt?: string): Subscription => ({
    id: 's1',
    active,
    startsAt,
    actsFrom: startsAt,
    renewsAt: undefined,
    createdAt: at,
    products: new Map(),
  });
  it.each`
    active   | startsAt     | status
    ${true}  | ${undefined} | ${'active'}
    ${true}  | ${at}        | ${'active'}
    ${true}  | ${later}     | ${'scheduled'}
    ${false} | ${later}     | ${'inactive'}
    ${false} | ${before}    | ${'inactive'}
  `('is $status', ({ active, startsAt, status }) =>
    expect(statusOf(subscription(active, startsAt), at)).toBe(status),
  );
});
