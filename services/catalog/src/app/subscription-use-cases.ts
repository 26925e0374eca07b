/** What clients do with the subscriptions of a customer. */
import { customer, startOf, statusOf, type Subscription } from '../domain/customer';
import type {
  CustomerCommand,
  CustomerRejection,
  SubscribedProduct,
} from '../domain/customer-messages';
import type { Instant } from '../domain/instant';
import type { Path } from '../domain/issue';
import type { VersionChoice } from '../domain/product-messages';
import {
  chooseAmong,
  type ChosenVersion,
  chooseVersion,
  type ProductReference,
} from '../domain/version-choice';
import type { CustomerName, Moment, ProductName, SubscriptionView } from './ports';
import { answer, type Decided, refuse } from './rejection';
import type { TenantCatalog } from './tenant-catalog';
import type { UseCase } from './use-case';

export interface SubscriptionRequest {
  readonly products: readonly ProductReference[];
  readonly startsAt?: Instant | undefined;
  readonly renewsAt?: Instant | undefined;
}

export const subscribe = (request: {
  readonly customer: CustomerName;
  readonly subscription: SubscriptionRequest;
}): UseCase<SubscriptionView> => ({
  wants: { customers: [request.customer], products: namesOf(request.subscription) },
  decide(catalog, moment) {
    if (!catalog.customer(request.customer)) return refuse({ code: 'customer_not_found' });
    const wanted = request.subscription;
    const command = subscriptionCommand(catalog, moment, { wanted, path: [] });
    if (!command.ok) return command;
    return decideSubscription(catalog, moment, { name: request.customer, command: command.result });
  },
});

export const setSubscriptionStatus = (request: {
  readonly customer: CustomerName;
  readonly subscriptionId: string;
  readonly status: 'active' | 'inactive';
}): UseCase<SubscriptionView> => ({
  wants: { customers: [request.customer] },
  decide: (catalog, moment) =>
    decideSubscription(catalog, moment, {
      name: request.customer,
      command: {
        type: request.status === 'active' ? 'ActivateSubscription' : 'DeactivateSubscription',
        subscriptionId: request.subscriptionId,
        at: moment.now,
      },
    }),
});

export const changeSubscribedVersion = (request: {
  readonly customer: CustomerName;
  readonly subscriptionId: string;
  readonly productId: string;
  readonly version: VersionChoice;
}): UseCase<SubscriptionView> => ({
  wants: { customers: [request.customer], products: [{ id: request.productId }] },
  decide(catalog, moment) {
    const { subscriptionId, productId, version } = request;
    const found = catalog.customer(request.customer);
    if (!found) return refuse({ code: 'customer_not_found' });
    const subscription = found.subscriptions.get(subscriptionId);
    if (!subscription) return refuse({ code: 'subscription_not_found' });
    const held = subscription.products.get(productId);
    const offered = catalog.product({ id: productId });
    if (!held || !offered) return refuse({ code: 'product_not_subscribed' });
    // Asking for what is held already succeeds, also when that version was archived meanwhile.
    const chosen: ChosenVersion =
      held.version === version ? { ok: true, product: held } : chooseAmong(offered, version);
    if (!chosen.ok) return refuse({ code: chosen.rejection.code }, ['version']);
    return decideSubscription(catalog, moment, {
      name: request.customer,
      command: {
        type: 'ChangeSubscribedVersion',
        subscriptionId,
        product: chosen.product,
        at: moment.now,
      },
    });
  },
});

type SubscriptionCommand = Extract<CustomerCommand, { readonly subscriptionId: string }>;

function decideSubscription(
  catalog: TenantCatalog,
  moment: Moment,
  { name, command }: { readonly name: CustomerName; readonly command: SubscriptionCommand },
): Decided<SubscriptionView> {
  const found = catalog.customer(name);
  const decision = customer.decide(command, found);
  if (decision.outcome === 'rejected')
    return refuse(
      decision.rejection,
      command.type === 'Subscribe' ? placeOf(decision.rejection) : [memberOf(command)],
    );
  if (!found) return refuse({ code: 'customer_not_found' });
  const after = catalog.recordCustomer(found.id, decision.events);
  const subscription = after.subscriptions.get(command.subscriptionId);
  if (!subscription) return refuse({ code: 'subscription_not_found' });
  return answer(subscriptionView(subscription, moment.now));
}

const memberOf = ({ type }: SubscriptionCommand): string =>
  type === 'ChangeSubscribedVersion' ? 'version' : 'status';

/** The products that deciding about this subscription must see. */
export const namesOf = ({ products }: SubscriptionRequest): ProductName[] =>
  products.flatMap(nameOf);

const nameOf = ({ id, code }: ProductReference): ProductName[] =>
  id !== undefined ? [{ id }] : code !== undefined ? [{ code }] : [];

/** Finds the versions that a subscription asks for; `path` is where it stands in the request. */
export function subscriptionCommand(
  catalog: TenantCatalog,
  { now, newId }: Moment,
  { wanted, path }: { readonly wanted: SubscriptionRequest; readonly path: Path },
): Decided<SubscriptionCommand> {
  const products: SubscribedProduct[] = [];
  for (const [index, reference] of wanted.products.entries()) {
    const [name] = nameOf(reference);
    const chosen = chooseVersion(reference, name && catalog.product(name));
    if (!chosen.ok)
      return refuse({ code: chosen.rejection.code }, [
        ...path,
        'products',
        index,
        ...chosen.rejection.place,
      ]);
    products.push(chosen.product);
  }
  return answer({
    type: 'Subscribe',
    subscriptionId: newId('sub'),
    products,
    startsAt: wanted.startsAt,
    renewsAt: wanted.renewsAt,
    at: now,
  });
}

/** Which member of a subscription a rejection is about. */
export function placeOf(rejection: CustomerRejection): Path {
  switch (rejection.code) {
    case 'already_subscribed':
      return ['products', rejection.index];
    case 'too_many_prices':
      return ['products'];
    case 'renews_before_start':
      return ['renews_at'];
    default:
      return [];
  }
}

export const subscriptionView = (subscription: Subscription, now: Instant): SubscriptionView => ({
  id: subscription.id,
  status: statusOf(subscription, now),
  startedAt: startOf(subscription),
  renewsAt: subscription.renewsAt,
  products: [...subscription.products.values()].map(({ productId, code, version }) => ({
    id: productId,
    code,
    version,
  })),
});
