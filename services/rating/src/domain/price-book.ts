/**
 * What a customer holds at an instant, folded from its subscriptions' history.
 *
 * Rules:  a subscription acts from `actsFrom`; null = it also covers everything before its making.
 *         A deactivation ends it at its instant, an activation takes it up again at its own; a
 *         change of version holds from its instant on. A product version counts once, however many
 *         subscriptions hold it.
 * Order:  oldest subscription first, products in the order in which they were subscribed.
 * Time:   all instants are compared with the usage's `occurredAt`, never with a clock, so late
 *         usage is priced as it would have been in time.
 */
export interface HeldVersion {
  readonly productId: string;
  readonly version: number;
}

/** Where a change stands in the catalog's log: the order in which changes are folded. */
interface Logged {
  readonly subscriptionId: string;
  readonly position: number;
  readonly index: number;
}

export type SubscriptionChange = Logged &
  (
    | {
        readonly change: 'created';
        readonly products: readonly HeldVersion[];
        readonly actsFrom: string | null;
      }
    | { readonly change: 'activated' | 'deactivated'; readonly at: string }
    | {
        readonly change: 'version-changed';
        readonly productId: string;
        readonly version: number;
        readonly at: string;
      }
  );

interface Dated<Value> {
  readonly at: string;
  readonly value: Value;
}

interface Subscription {
  readonly actsFrom: string | null;
  readonly active: Dated<boolean>[];
  readonly products: readonly {
    readonly productId: string;
    readonly first: number;
    readonly later: Dated<number>[];
  }[];
}

/** One customer's subscriptions, oldest first. */
export type SubscriptionHistory = readonly Subscription[];

/** Folds changes given in any order; those of unknown subscriptions say nothing. */
export function historyOf(changes: readonly SubscriptionChange[]): SubscriptionHistory {
  const ordered = [...changes].sort((a, b) => a.position - b.position || a.index - b.index);
  const subscriptions = new Map<string, Subscription>();
  for (const change of ordered) {
    if (change.change === 'created')
      subscriptions.set(change.subscriptionId, created(change.actsFrom, change.products));
    else evolve(subscriptions.get(change.subscriptionId), change);
  }
  for (const { active, products } of subscriptions.values()) {
    active.sort(byInstant);
    for (const { later } of products) later.sort(byInstant);
  }
  return [...subscriptions.values()];
}

/** The product versions that price an event which occurred at `instant`. */
export function heldAt(history: SubscriptionHistory, instant: string): HeldVersion[] {
  const held: HeldVersion[] = [];
  for (const subscription of history) {
    if (!actsAt(subscription, instant)) continue;
    for (const { productId, first, later } of subscription.products) {
      const version = lastUntil(later, instant) ?? first;
      if (!held.some((known) => known.productId === productId && known.version === version))
        held.push({ productId, version });
    }
  }
  return held;
}

/** Every version that a customer holds at some time: what has to be loaded before rating. */
export function* versionsOf(history: SubscriptionHistory): Generator<HeldVersion> {
  for (const { products } of history)
    for (const { productId, first, later } of products) {
      yield { productId, version: first };
      for (const { value } of later) yield { productId, version: value };
    }
}

const created = (actsFrom: string | null, products: readonly HeldVersion[]): Subscription => ({
  actsFrom,
  active: [],
  products: products.map(({ productId, version }) => ({ productId, first: version, later: [] })),
});

function evolve(
  subscription: Subscription | undefined,
  change: Exclude<SubscriptionChange, { change: 'created' }>,
): void {
  if (change.change === 'version-changed')
    subscription?.products
      .find(({ productId }) => productId === change.productId)
      ?.later.push({ at: change.at, value: change.version });
  else subscription?.active.push({ at: change.at, value: change.change === 'activated' });
}

const actsAt = ({ actsFrom, active }: Subscription, instant: string): boolean =>
  (actsFrom === null || actsFrom <= instant) && (lastUntil(active, instant) ?? true);

function lastUntil<Value>(values: readonly Dated<Value>[], instant: string): Value | undefined {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle]?.at ?? instant) <= instant) low = middle + 1;
    else high = middle;
  }
  return values[low - 1]?.value;
}

// Stable: of two at the same instant the one logged later stays last, and holds.
const byInstant = (left: Dated<unknown>, right: Dated<unknown>): number =>
  left.at < right.at ? -1 : left.at > right.at ? 1 : 0;
