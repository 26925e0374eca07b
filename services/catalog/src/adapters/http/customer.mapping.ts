/** Customers and subscriptions between the contract's words and ours. */
import type { CreatedCustomer } from '../../app/customer-use-cases';
import type { CustomerDetails, CustomerSummary, SubscriptionView } from '../../app/ports';
import type { SubscriptionRequest } from '../../app/subscription-use-cases';
import type { SubscriptionDto } from './customer.schemas';

export const fromSubscriptionDto = (dto: SubscriptionDto): SubscriptionRequest => ({
  products: dto.products,
  startsAt: dto.starts_at,
  renewsAt: dto.renews_at,
});

export const toSubscriptionDto = (view: SubscriptionView) => ({
  id: view.id,
  status: view.status,
  started_at: view.startedAt,
  renews_at: view.renewsAt ?? null,
  products: view.products,
});

export const toCreatedDto = (created: CreatedCustomer) => ({
  id: created.id,
  name: created.name,
  external_id: created.externalId,
  created_at: created.createdAt,
  subscriptions: created.subscriptions.map(toSubscriptionDto),
});

export const toSummaryDto = (summary: CustomerSummary) => ({
  id: summary.id,
  external_id: summary.externalId,
  name: summary.name,
  email: summary.email,
  created_at: summary.createdAt,
  active_subscription_count: summary.activeSubscriptionCount,
});

export const toCustomerDto = (details: CustomerDetails) => ({
  ...toSummaryDto(details),
  metadata: details.metadata ?? {},
  subscriptions: details.subscriptions.map(toSubscriptionDto),
});
