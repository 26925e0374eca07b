/** Facts as their owners would write them, through small builders; and a service to read them. */
import { randomUUID } from 'node:crypto';
import {
  nameBasedId,
  newId,
  parseInstant,
  type FeeAlternative,
  type RatedFee,
  type UsageCost,
} from '@kontor/contracts';
import type { FactHeader, InternalOperations } from '@kontor/contracts';
import { buildRecords } from '@kontor/event-log';
import { openTestService, pollUntil, type TestService } from '@kontor/testkit';
import { profitabilityProjectionService } from '../src';

type Topic = 'usage.recorded.v1' | 'rating.rated.v1' | 'wallet.posted.v1' | 'cost.attributed.v1';
const OWNERS: Record<Topic, string> = {
  'usage.recorded.v1': 'ingestion-gateway',
  'rating.rated.v1': 'rating',
  'wallet.posted.v1': 'wallet-ledger',
  'cost.attributed.v1': 'cost-attribution',
};
const CONSUMERS: Record<Topic, string> = {
  'usage.recorded.v1': 'profitability-projection.usage',
  'rating.rated.v1': 'profitability-projection.rated',
  'wallet.posted.v1': 'profitability-projection.wallet',
  'cost.attributed.v1': 'profitability-projection.costs',
};

export interface FeeOf {
  readonly product?: string;
  readonly code?: string;
  readonly asset?: string;
  readonly amount: string;
  /** In the reporting currency; null = no rate. Default: `amount`. */
  readonly value?: string | null;
  /** Further assets that the price lists. */
  readonly also?: readonly { readonly asset: string; readonly amount: string }[];
  /** Which of them is debited; default the first. */
  readonly chosen?: number;
}

export interface CostOf {
  readonly vendor?: string;
  readonly category?: string;
  readonly amount: string;
  readonly currency?: string;
  /** Default: `amount` for USD, null for others. */
  readonly converted?: string | null;
}

export interface EventOf {
  readonly id?: string;
  readonly customer: string;
  readonly platform?: string;
  readonly mode?: 'live' | 'test';
  readonly type?: string;
  readonly at?: string;
  readonly subject?: string;
  readonly description?: string;
  readonly data?: Record<string, unknown>;
  readonly fees?: readonly FeeOf[];
  readonly unrated?: 'no_subscription' | 'cost_only';
  readonly costs?: readonly CostOf[];
}

/** What each topic says about one event. */
export type FactsOf = Record<Topic, FactHeader[]>;

export function factsOf(event: EventOf): FactsOf {
  const { id: eventId = randomUUID(), platform = 'acc_test', mode = 'live' } = event;
  const text = event.at ?? '2026-01-05T14:32:18Z';
  const occurredAt = parseInstant(text)!;
  const recordedAt = '2026-01-06T00:00:00.000000Z';
  const header = { platform, mode, key: event.customer };
  const about = { eventId, occurredAt, ...(event.subject && { subject: event.subject }) };
  const eventType = event.type ?? 'video_generated';
  const fees = (event.fees ?? []).map((fee, at) => ratedFee(fee, eventId, at));
  const costs = (event.costs ?? []).map(usageCost);
  const rated: FactHeader & Record<string, unknown> = {
    type: 'rating.usage-rated',
    ...header,
    ...about,
    ...{ eventType, recordedAt, catalogHead: 1, reportingCurrency: 'USD', fees },
    ...(fees.length === 0 && { unratedReason: event.unrated ?? 'no_subscription' }),
  };
  return {
    'usage.recorded.v1': [
      {
        type: 'usage.recorded',
        ...header,
        ...about,
        ...{ eventType, occurredAtText: text, recordedAt, heads: { catalog: 1, costCatalog: 1 } },
        ...(event.description !== undefined && { description: event.description }),
        ...(event.data && { data: event.data }),
        ...(costs.length > 0 && { costs: costs.map(({ usage }) => usage) }),
      } as FactHeader,
    ],
    'rating.rated.v1': [rated],
    'wallet.posted.v1': fees.flatMap((fee, at) => debit(header, about, fee, event.fees![at]!)),
    'cost.attributed.v1': [
      {
        type: 'cost.usage-costs-attributed',
        ...header,
        ...about,
        ...{ catalogHead: 1, costCatalogHead: 1, reportingCurrency: 'USD' },
        costs: costs.map(({ attributed }) => attributed),
      } as FactHeader,
    ],
  };
}

export const productId = (name: string): string => nameBasedId('prp', name);
export const vendorId = (name: string): string => nameBasedId('vnd', name);
export const customerId = (): string => newId('cust');

function ratedFee(fee: FeeOf, eventId: string, at: number): RatedFee {
  const product = fee.product ?? 'video';
  const value = fee.value === undefined ? fee.amount : fee.value;
  const first: FeeAlternative = {
    ...{ asset: fee.asset ?? 'USD', amount: fee.amount, description: 'Fee' },
    ...{ inputVolume: fee.amount, volumeRate: '1' },
    ...{ fiatRate: value === null ? null : '1', fiatValue: value },
  };
  const others = (fee.also ?? []).map((one): FeeAlternative => ({
    ...one,
    description: 'Fee',
    fiatRate: '1',
    fiatValue: one.amount,
  }));
  return {
    feeId: nameBasedId('fee', eventId, String(at)),
    productId: productId(product),
    productCode: fee.code ?? product,
    productVersion: 1,
    priceId: nameBasedId('prc', product, String(at)),
    priceName: 'Video Generation Compute',
    usageType: 'volume',
    volumeField: 'minutes',
    dimensions: { speed: 'fast' },
    alternatives: [first, ...others],
  };
}

function debit(header: object, about: object, fee: RatedFee, { chosen = 0 }: FeeOf): FactHeader[] {
  if (fee.alternatives.every(({ amount }) => amount === '0')) return [];
  const taken = fee.alternatives[chosen]!;
  return [
    {
      type: 'wallet.fee-debited',
      ...header,
      ...about,
      ...{ transactionId: fee.feeId, feeId: fee.feeId, productId: fee.productId },
      ...{ accountId: `default:${taken.asset}`, asset: taken.asset, alternative: chosen },
      ...{ amount: taken.amount, fiatValue: taken.fiatValue, fiatRate: taken.fiatRate },
      ...{ takes: [], debt: taken.amount, debtFrom: '0', uncollected: '0', balance: '0' },
      ...{ at: '2026-01-06T00:00:00.000000Z', legs: [] },
    } as unknown as FactHeader,
  ];
}

function usageCost(cost: CostOf) {
  const { amount, category, currency = 'USD' } = cost;
  const costId = randomUUID();
  const vendor = vendorId(cost.vendor ?? 'openai');
  const common = { costId, vendorId: vendor, ...(category && { category }), amount, currency };
  const sent = { id: costId, vendor_id: vendor, amount: Number(amount), currency, metadata: {} };
  const usage: UsageCost = { ...common, sent };
  const converted = cost.converted ?? (currency === 'USD' ? amount : null);
  return { usage, attributed: { ...common, rate: converted === null ? null : '1', converted } };
}

export interface Projection extends TestService {
  /** Appends facts to the logs of their owners. */
  append(topic: Topic, facts: readonly FactHeader[]): Promise<void>;
  /** All topics of these events, and waits until they are in the view. */
  tell(...events: readonly EventOf[]): Promise<void>;
  /** Ids that the gateway would have accepted without their usage being in the view. */
  readonly accepted: Set<string>;
}

type Answers = NonNullable<Parameters<typeof openTestService>[1]>['answers'];

export async function openProjection(answers: Answers = {}): Promise<Projection> {
  const accepted = new Set<string>();
  const service = await openTestService(profitabilityProjectionService, {
    owners: Object.values(OWNERS),
    answers: {
      'ingestion-gateway.find-accepted': (_tenant, { eventIds }) => ({
        accepted: eventIds.filter((id) => accepted.has(id)),
      }),
      'catalog.resolve-customers': (_tenant, request) => resolved(request),
      'catalog.describe-customers': (_tenant, { customerIds }) => ({
        customers: customerIds.map((id) => ({
          customerId: id,
          externalId: `ext of ${id}`,
          name: `name of ${id}`,
        })),
      }),
      'catalog.find-products': (_tenant, { productIds }) => ({
        productIds: productIds.filter((id) => id !== productId('unknown')),
      }),
      'cost-attribution.resolve-vendors': (_tenant, { vendorIds }) => ({
        head: 1,
        vendors: vendorIds
          .filter((id) => id !== vendorId('unknown'))
          .map((id) => ({ vendorId: id, externalId: null })),
      }),
      ...answers,
    },
  });
  const append = async (topic: Topic, facts: readonly FactHeader[]): Promise<void> => {
    if (facts.length === 0) return;
    const { log, database } = service.owner(OWNERS[topic]);
    const records = buildRecords(topic, facts);
    const positions = await database.transaction((tx) => log.append(tx, records));
    log.committed(positions);
  };
  const tell = async (...events: readonly EventOf[]): Promise<void> => {
    const facts = events.map(factsOf);
    for (const topic of Object.keys(OWNERS) as Topic[])
      await append(
        topic,
        facts.flatMap((one) => one[topic]),
      );
    await caughtUp(service);
  };
  return { ...service, append, tell, accepted };
}

/** `ext_acme` and any id of a customer but those that end in `unknown`. */
function resolved({
  customerIds,
  externalIds,
}: InternalOperations['catalog.resolve-customers']['request']) {
  const known = [
    ...customerIds
      .filter((id) => id.startsWith('cust_') && !id.endsWith('unknown'))
      .map((id) => ({ customerId: id, externalId: null, position: 1 })),
    ...externalIds
      .filter((id) => id.startsWith('cust_'))
      .map((id) => ({ customerId: id, externalId: id, position: 1 })),
  ];
  return { head: 1, customers: known };
}

async function caughtUp({ runtime, owner }: TestService): Promise<void> {
  for (const topic of Object.keys(OWNERS) as Topic[])
    for (const head of await owner(OWNERS[topic]).log.heads(topic))
      await pollUntil(() => runtime.checkpoints.waitFor(CONSUMERS[topic], head, 5_000), {
        what: `${topic} ${head.partition}`,
      });
}
