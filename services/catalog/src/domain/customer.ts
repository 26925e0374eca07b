/**
 * A customer and its subscriptions: which product version counts for it, and since when.
 *
 * Invariants (customer.property.spec.ts):
 *   1. no product stands in two subscriptions that are not inactive;
 *   2. at most LINES_MAX (price, asset) lines per event type over those subscriptions;
 *   3. at most one subscription covers the instants before its creation.
 *
 * Personal data is no part of this state: no fact may ever carry it.
 *
 * Time:   `at` is the instant of the batch. A subscription acts from `startsAt` when given, else
 *         from its creation; the first one made without `startsAt` also covers everything before.
 * Source: customers and subscriptions of the HTTP contract.
 */
import { accept, type Decider, type Decision, reject, unreachable } from '@kontor/event-sourcing';
import type {
  CustomerCommand,
  CustomerEvent,
  CustomerRejection,
  SubscribedProduct,
} from './customer-messages';
import type { Instant } from './instant';

/** What one usage event may cost to price. */
export const LINES_MAX = 100;
/** Held and ended ones; keeps a customer's page, and a decision about it, small. */
export const SUBSCRIPTIONS_MAX = 1_000;

export type SubscriptionStatus = 'active' | 'inactive' | 'scheduled';

export interface Subscription {
  readonly id: string;
  active: boolean;
  readonly startsAt: Instant | undefined;
  readonly actsFrom: Instant | undefined;
  readonly renewsAt: Instant | undefined;
  readonly createdAt: Instant;
  readonly products: Map<string, SubscribedProduct>;
}

export interface Customer {
  readonly id: string;
  externalId: string | undefined;
  readonly createdAt: Instant;
  /** Whether there is anything to erase. */
  identified: boolean;
  readonly subscriptions: Map<string, Subscription>;
}

type CustomerDecision = Decision<CustomerEvent, CustomerRejection>;

export const customer: Decider<
  Customer | undefined,
  CustomerCommand,
  CustomerEvent,
  CustomerRejection
> = { initialState: () => undefined, decide, evolve };

/** What a caller sees as the subscription's state at `now`. */
export function statusOf(subscription: Subscription, now: Instant): SubscriptionStatus {
  if (!subscription.active) return 'inactive';
  return startOf(subscription) > now ? 'scheduled' : 'active';
}

export const startOf = ({ startsAt, createdAt }: Subscription): Instant => startsAt ?? createdAt;

function decide(command: CustomerCommand, state: Customer | undefined): CustomerDecision {
  if (command.type === 'CreateCustomer') {
    const { customerId, externalId, at } = command;
    return accept({ type: 'CustomerCreated', customerId, externalId, at });
  }
  if (!state) return reject({ code: 'customer_not_found' });
  switch (command.type) {
    case 'ChangeCustomer':
      return changeCustomer(command, state);
    case 'ErasePersonalData':
      return state.identified
        ? accept({ type: 'CustomerPersonalDataErased', customerId: state.id, at: command.at })
        : accept();
    case 'Subscribe':
      return subscribe(command, state);
    case 'ActivateSubscription':
      return activate(command, state);
    case 'DeactivateSubscription':
      return deactivate(command, state);
    case 'ChangeSubscribedVersion':
      return changeVersion(command, state);
    default:
      return unreachable(command);
  }
}

type Command<Type extends CustomerCommand['type']> = Extract<CustomerCommand, { type: Type }>;

function changeCustomer(command: Command<'ChangeCustomer'>, state: Customer): CustomerDecision {
  const { externalId, details, at } = command;
  const customerId = state.id;
  const events: CustomerEvent[] = [];
  if (externalId !== undefined && externalId !== state.externalId)
    events.push({ type: 'CustomerExternalIdAssigned', customerId, externalId, at });
  if (details) events.push({ type: 'CustomerDetailsChanged', customerId, at });
  return accept(...events);
}

function subscribe(command: Command<'Subscribe'>, state: Customer): CustomerDecision {
  const { subscriptionId, products, startsAt, renewsAt, at } = command;
  if (state.subscriptions.size >= SUBSCRIPTIONS_MAX)
    return reject({ code: 'too_many_subscriptions', max: SUBSCRIPTIONS_MAX });
  if (renewsAt !== undefined && renewsAt <= (startsAt ?? at))
    return reject({ code: 'renews_before_start' });
  const refused = refuseToHold(products, state);
  if (refused) return reject(refused);

  const coversThePast = startsAt === undefined && !someCoversThePast(state);
  return accept({
    type: 'SubscriptionCreated',
    customerId: state.id,
    subscriptionId,
    products,
    actsFrom: coversThePast ? undefined : (startsAt ?? at),
    startsAt,
    renewsAt,
    at,
  });
}

const someCoversThePast = ({ subscriptions }: Customer): boolean =>
  [...subscriptions.values()].some(({ actsFrom }) => actsFrom === undefined);

function activate(command: Command<'ActivateSubscription'>, state: Customer): CustomerDecision {
  const subscription = state.subscriptions.get(command.subscriptionId);
  if (!subscription) return reject({ code: 'subscription_not_found' });
  if (subscription.active) return accept();
  const refused = refuseToHold([...subscription.products.values()], state);
  if (refused) return reject(refused);
  return accept({
    type: 'SubscriptionActivated',
    customerId: state.id,
    subscriptionId: subscription.id,
    at: command.at,
  });
}

function deactivate(command: Command<'DeactivateSubscription'>, state: Customer): CustomerDecision {
  const subscription = state.subscriptions.get(command.subscriptionId);
  if (!subscription) return reject({ code: 'subscription_not_found' });
  if (!subscription.active) return accept();
  return accept({
    type: 'SubscriptionDeactivated',
    customerId: state.id,
    subscriptionId: subscription.id,
    at: command.at,
  });
}

function changeVersion(
  command: Command<'ChangeSubscribedVersion'>,
  state: Customer,
): CustomerDecision {
  const { product, at } = command;
  const subscription = state.subscriptions.get(command.subscriptionId);
  if (!subscription) return reject({ code: 'subscription_not_found' });
  const before = subscription.products.get(product.productId);
  if (!before) return reject({ code: 'product_not_subscribed' });
  if (before.version === product.version) return accept();
  const others = heldProducts(state).filter(({ productId }) => productId !== product.productId);
  const refused = subscription.active ? tooManyPrices([...others, product]) : undefined;
  if (refused) return reject(refused);
  return accept({
    type: 'SubscriptionVersionChanged',
    customerId: state.id,
    subscriptionId: subscription.id,
    product,
    at,
  });
}

/** Products of every subscription that acts or will act. */
const heldProducts = ({ subscriptions }: Customer): SubscribedProduct[] =>
  [...subscriptions.values()].flatMap(({ active, products }) =>
    active ? [...products.values()] : [],
  );

function refuseToHold(
  products: readonly SubscribedProduct[],
  state: Customer,
): CustomerRejection | undefined {
  const held = heldProducts(state);
  const taken = new Set(held.map(({ productId }) => productId));
  for (const [index, { productId, code }] of products.entries()) {
    if (taken.has(productId)) return { code: 'already_subscribed', productCode: code, index };
    taken.add(productId);
  }
  return tooManyPrices([...held, ...products]);
}

function tooManyPrices(products: readonly SubscribedProduct[]): CustomerRejection | undefined {
  const totals = new Map<string, number>();
  for (const { lines } of products)
    for (const [eventType, count] of lines)
      totals.set(eventType, (totals.get(eventType) ?? 0) + count);
  for (const [eventType, count] of totals)
    if (count > LINES_MAX) return { code: 'too_many_prices', eventType, max: LINES_MAX };
  return undefined;
}

/** Advances the batch's private copy in place; holds no rules. */
function evolve(state: Customer | undefined, event: CustomerEvent): Customer | undefined {
  if (event.type === 'CustomerCreated')
    return {
      id: event.customerId,
      externalId: event.externalId,
      createdAt: event.at,
      identified: true,
      subscriptions: new Map(),
    };
  if (!state) return undefined;
  switch (event.type) {
    case 'CustomerExternalIdAssigned':
      state.externalId = event.externalId;
      return state;
    case 'CustomerDetailsChanged':
    case 'CustomerPersonalDataErased':
      state.identified = event.type === 'CustomerDetailsChanged';
      return state;
    case 'SubscriptionCreated':
      state.subscriptions.set(event.subscriptionId, subscriptionFrom(event));
      return state;
    default:
      evolveSubscription(state.subscriptions.get(event.subscriptionId), event);
      return state;
  }
}

const subscriptionFrom = (
  event: Extract<CustomerEvent, { type: 'SubscriptionCreated' }>,
): Subscription => ({
  id: event.subscriptionId,
  active: true,
  startsAt: event.startsAt,
  actsFrom: event.actsFrom,
  renewsAt: event.renewsAt,
  createdAt: event.at,
  products: new Map(event.products.map((product) => [product.productId, product])),
});

type SubscriptionChange = Extract<
  CustomerEvent,
  {
    type: 'SubscriptionActivated' | 'SubscriptionDeactivated' | 'SubscriptionVersionChanged';
  }
>;

function evolveSubscription(
  subscription: Subscription | undefined,
  event: SubscriptionChange,
): void {
  if (!subscription) return;
  if (event.type === 'SubscriptionVersionChanged')
    subscription.products.set(event.product.productId, event.product);
  else subscription.active = event.type === 'SubscriptionActivated';
}
