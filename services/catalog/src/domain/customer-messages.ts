/**
 * What can be asked of a customer, what then happened, and why not.
 *
 * Time: `at` is the instant of the batch that decides.
 */
import type { Instant } from './instant';

export interface SubscribedProduct {
  readonly productId: string;
  readonly code: string;
  readonly version: number;
  /** (price, asset) lines of that version by event type. */
  readonly lines: ReadonlyMap<string, number>;
}

export type CustomerCommand =
  | {
      readonly type: 'CreateCustomer';
      readonly customerId: string;
      readonly externalId: string | undefined;
      readonly at: Instant;
    }
  | {
      readonly type: 'ChangeCustomer';
      readonly externalId: string | undefined;
      /** Whether name, email or metadata are given too; what they are stays outside. */
      readonly details: boolean;
      readonly at: Instant;
    }
  | { readonly type: 'ErasePersonalData'; readonly at: Instant }
  | {
      readonly type: 'Subscribe';
      readonly subscriptionId: string;
      readonly products: readonly SubscribedProduct[];
      readonly startsAt: Instant | undefined;
      readonly renewsAt: Instant | undefined;
      readonly at: Instant;
    }
  | SubscriptionCommand<'ActivateSubscription'>
  | SubscriptionCommand<'DeactivateSubscription'>
  | {
      readonly type: 'ChangeSubscribedVersion';
      readonly subscriptionId: string;
      readonly product: SubscribedProduct;
      readonly at: Instant;
    };

interface SubscriptionCommand<Type extends string> {
  readonly type: Type;
  readonly subscriptionId: string;
  readonly at: Instant;
}

export type CustomerEvent =
  | {
      readonly type: 'CustomerCreated';
      readonly customerId: string;
      readonly externalId: string | undefined;
      readonly at: Instant;
    }
  | {
      readonly type: 'CustomerExternalIdAssigned';
      readonly customerId: string;
      readonly externalId: string;
      readonly at: Instant;
    }
  | CustomerNotice<'CustomerDetailsChanged'>
  | CustomerNotice<'CustomerPersonalDataErased'>
  | {
      readonly type: 'SubscriptionCreated';
      readonly customerId: string;
      readonly subscriptionId: string;
      readonly products: readonly SubscribedProduct[];
      /** Undefined: it also covers every instant before its creation. */
      readonly actsFrom: Instant | undefined;
      readonly startsAt: Instant | undefined;
      readonly renewsAt: Instant | undefined;
      readonly at: Instant;
    }
  | SubscriptionEvent<'SubscriptionActivated'>
  | SubscriptionEvent<'SubscriptionDeactivated'>
  | (SubscriptionEvent<'SubscriptionVersionChanged'> & { readonly product: SubscribedProduct });

interface CustomerNotice<Type extends string> {
  readonly type: Type;
  readonly customerId: string;
  readonly at: Instant;
}

interface SubscriptionEvent<Type extends string> extends CustomerNotice<Type> {
  readonly subscriptionId: string;
}

export type CustomerRejection =
  | { readonly code: 'customer_not_found' }
  | { readonly code: 'subscription_not_found' }
  | { readonly code: 'product_not_subscribed' }
  /** `index` of the product in the command, when it names several. */
  | { readonly code: 'already_subscribed'; readonly productCode: string; readonly index: number }
  | { readonly code: 'renews_before_start' }
  | { readonly code: 'too_many_subscriptions'; readonly max: number }
  | { readonly code: 'too_many_prices'; readonly eventType: string; readonly max: number };
