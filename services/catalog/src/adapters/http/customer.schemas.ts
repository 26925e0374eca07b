/** Customers and subscriptions as clients send and get them. */
import { zInstant, zMetadata, zName, zPage, zText } from '@kontor/service-host';
import { z } from 'zod';
import { versionChoice } from './names';

/** What one request may bring; more go in further requests. */
const SUBSCRIPTIONS_MAX = 100;
const PRODUCTS_MAX = 100;
const URL_CHARACTERS_MAX = 2_048;

const zEmail = zText(255).refine((text) => /^[^\s@]+@[^\s@]+$/.test(text), {
  error: 'Expected an e-mail address.',
  params: { code: 'invalid_email' },
});

/** A number, the same as text, or `default`. */
export const zVersion = z
  .union([z.int(), z.string()])
  .meta({ description: 'A version number, the same as text, or `default`.' })
  .transform((sent, context) => {
    const choice = versionChoice(String(sent));
    if (choice !== undefined) return choice;
    context.addIssue({ code: 'custom', message: 'Expected a version number or `default`.' });
    return z.NEVER;
  });

const zSubscribedProduct = z
  .object({ id: zName.optional(), code: zName.optional(), version: zVersion.optional() })
  .refine(({ id, code }) => id !== undefined || code !== undefined, {
    error: 'Name the product by `id` or `code`.',
    params: { code: 'required' },
  });

export const zSubscription = z.object({
  starts_at: zInstant.optional(),
  renews_at: zInstant.optional(),
  products: z.array(zSubscribedProduct).min(1).max(PRODUCTS_MAX),
  // Where a customer returns to after paying: products priced by usage alone need no payment first.
  return_url: zText(URL_CHARACTERS_MAX).optional(),
  failure_url: zText(URL_CHARACTERS_MAX).optional(),
  redirect_to: z.enum(['return_url', 'portal']).optional(),
});

export const zNewCustomer = z.object({
  name: zName,
  external_id: zName.optional(),
  email: zEmail.optional(),
  metadata: zMetadata.optional(),
  subscriptions: z.array(zSubscription).max(SUBSCRIPTIONS_MAX).optional(),
  external_accounts: z.array(z.unknown()).optional().meta({ description: 'Not supported yet.' }),
});

export const zCustomerChange = z.object({
  name: zName.optional(),
  external_id: zName.optional(),
  email: zEmail.optional(),
  metadata: zMetadata.optional(),
});

export const zSubscriptionChange = z.object({ status: z.enum(['active', 'inactive']) });
export const zVersionChange = z.object({ version: zVersion });

export const zCustomerList = zPage.extend({
  customer_id: z.string().optional(),
  customer_external_id: z.string().optional(),
  external_id: z.string().optional(),
  email: z.string().optional(),
  name: z.string().optional(),
  status: z.enum(['active', 'inactive', 'scheduled']).optional(),
});

export type SubscriptionDto = z.output<typeof zSubscription>;
export type NewCustomerDto = z.output<typeof zNewCustomer>;
export type CustomerChangeDto = z.output<typeof zCustomerChange>;
export type SubscriptionChangeDto = z.output<typeof zSubscriptionChange>;
export type VersionChangeDto = z.output<typeof zVersionChange>;
export type CustomerListDto = z.output<typeof zCustomerList>;

// As they are answered, for the OpenAPI document.

const zInstantAnswer = z.string().meta({ format: 'date-time' });

export const zSubscriptionAnswer = z.object({
  id: z.string(),
  status: z.enum(['active', 'inactive', 'scheduled']),
  started_at: zInstantAnswer,
  renews_at: zInstantAnswer.nullable(),
  products: z.array(z.object({ id: z.string(), code: z.string(), version: z.int() })),
});

export const zCreatedCustomer = z.object({
  id: z.string(),
  name: z.string().nullable(),
  external_id: z.string().nullable(),
  created_at: zInstantAnswer,
  subscriptions: z.array(zSubscriptionAnswer),
});

export const zCustomerSummary = z.object({
  id: z.string(),
  external_id: z.string().nullable(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  created_at: zInstantAnswer,
  active_subscription_count: z.int(),
});

export const zCustomer = zCustomerSummary.extend({
  metadata: z.record(z.string(), z.unknown()),
  subscriptions: z.array(zSubscriptionAnswer),
});

const subscription = {
  id: 'sub_06f3xk9w1t2c5r9y8h4g1p7z6e',
  status: 'active',
  started_at: '2026-01-05T14:32:18.000000Z',
  renews_at: null,
  products: [{ id: 'prp_06f3xh2m4a9s6d1f8g3h5j7k2q', code: 'glitch_video_adv', version: 1 }],
};

const created = {
  id: 'cust_06f3xk9w1s7v4n8q2d5t0m6b3c',
  name: 'Acme Corp',
  external_id: 'acme',
  created_at: '2026-01-05T14:32:18.000000Z',
  subscriptions: [subscription],
};

const { subscriptions, ...named } = created;
const summary = { ...named, email: 'billing@acme.example', active_subscription_count: 1 };

export const customerExamples = {
  body: {
    name: 'Acme Corp',
    external_id: 'acme',
    subscriptions: [{ products: [{ code: 'glitch_video_adv' }] }],
  },
  change: { email: 'billing@acme.example' },
  created,
  subscription,
  ended: { ...subscription, status: 'inactive' },
  moved: { ...subscription, products: [{ ...subscription.products[0], version: 2 }] },
  summary,
  customer: { ...summary, metadata: {}, subscriptions },
};
