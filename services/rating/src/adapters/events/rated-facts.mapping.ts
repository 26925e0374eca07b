/**
 * Rated usage as it goes onto the log: the domain's answer beside what the usage said.
 *
 * Members are always set in the same order and nothing comes from a clock, so that rating the same
 * usage with the same catalog gives the same bytes.
 */
import {
  type FeeAlternative as FeeAlternativeWire,
  nameBasedId,
  type RatedFee,
  type UsageRated,
  type UsageRecorded,
} from '@kontor/contracts';
import { FACT_BYTES_MAX } from '@kontor/event-log';
import { type Decimal, wire } from '@kontor/money';
import type { RecordedUsage } from '../../app/rate-batch';
import type { Fee, FeeAlternative, RatedUsage } from '../../domain/rate-usage';

export const fromWire = (fact: UsageRecorded): RecordedUsage => ({
  platform: fact.platform,
  mode: fact.mode,
  customerId: fact.key,
  catalogHead: fact.heads.catalog,
  eventType: fact.eventType,
  occurredAt: fact.occurredAt,
  description: fact.description,
  data: fact.data,
  hasCosts: (fact.costs?.length ?? 0) > 0,
});

/** The catalog that the usage was priced with, and what totals are shown in. */
export interface RatedWith {
  readonly catalogHead: number;
  readonly reportingCurrency: string;
}

export function toWire(usage: UsageRecorded, rated: RatedUsage, ratedWith: RatedWith): UsageRated {
  const fact: UsageRated = {
    type: 'rating.usage-rated',
    platform: usage.platform,
    mode: usage.mode,
    key: usage.key,
    eventId: usage.eventId,
    eventType: usage.eventType,
    occurredAt: usage.occurredAt,
    recordedAt: usage.recordedAt,
    ...(usage.subject !== undefined && { subject: usage.subject }),
    catalogHead: ratedWith.catalogHead,
    reportingCurrency: ratedWith.reportingCurrency,
    fees: rated.fees.map((fee) => feeToWire(usage.eventId, fee)),
    ...(rated.unratedReason !== undefined && { unratedReason: rated.unratedReason }),
    ...(usage.authorizationId !== undefined && { authorizationId: usage.authorizationId }),
    ...(usage.authorizationFinal !== undefined && { authorizationFinal: usage.authorizationFinal }),
  };
  return mayBeTooLarge(fact) ? shortened(fact) : fact;
}

function feeToWire(eventId: string, fee: Fee): RatedFee {
  const [first, ...others] = fee.alternatives.map(alternativeToWire);
  if (!first) throw new Error(`a fee of ${fee.priceId} without an alternative`);
  return {
    feeId: nameBasedId('fee', eventId, fee.priceId),
    productId: fee.productId,
    productCode: fee.productCode,
    productVersion: fee.productVersion,
    priceId: fee.priceId,
    priceName: fee.priceName,
    usageType: fee.usageType,
    ...(fee.volumeField !== undefined && { volumeField: fee.volumeField }),
    ...(fee.dimensions !== undefined && { dimensions: fee.dimensions }),
    alternatives: [first, ...others],
  };
}

const alternativeToWire = (one: FeeAlternative): FeeAlternativeWire => ({
  asset: one.asset,
  amount: wire(one.amount),
  ...optional('inputVolume', one.inputVolume),
  ...optional('volumeRate', one.volumeRate),
  ...optional('packageSize', one.packageSize),
  ...optional('units', one.units),
  ...optional('unitPrice', one.unitPrice),
  description: one.description,
  fiatRate: one.fiatRate && wire(one.fiatRate),
  fiatValue: one.fiatValue && wire(one.fiatValue),
});

export const optional = <Name extends string>(
  name: Name,
  value: Decimal | undefined,
): Partial<Record<Name, string>> =>
  value === undefined ? {} : ({ [name]: wire(value) } as Record<Name, string>);

/** A UTF-16 unit takes at most 3 bytes of UTF-8, 6 when JSON escapes it. */
const BYTES_PER_CHARACTER_MAX = 6;
/** Names, ids and figures of one fee and of one alternative, generously. */
const FEE_CHARACTERS = 1_500;
const ALTERNATIVE_CHARACTERS = 600;
/** What is left of free texts in a fact that would be too large; the usage fact has them whole. */
const SHORT_CHARACTERS = 60;

// A first look without building the text: nearly every fact ends here.
function mayBeTooLarge(fact: UsageRated): boolean {
  let characters = FEE_CHARACTERS;
  for (const fee of fact.fees) {
    characters += FEE_CHARACTERS;
    for (const text of Object.values(fee.dimensions ?? {})) characters += text.length;
    for (const { description } of fee.alternatives)
      characters += ALTERNATIVE_CHARACTERS + description.length;
  }
  return characters * BYTES_PER_CHARACTER_MAX > FACT_BYTES_MAX;
}

/**
 * A price may have a hundred lines and an event a long description and long dimension values: each
 * is allowed, all together would not fit into a fact. The figures stay; the free texts are cut.
 */
function shortened(fact: UsageRated): UsageRated {
  if (Buffer.byteLength(JSON.stringify(fact)) <= FACT_BYTES_MAX) return fact;
  const fees = fact.fees.map((fee) => {
    const [first, ...others] = fee.alternatives;
    const cut = (one: FeeAlternativeWire): FeeAlternativeWire => ({
      ...one,
      description: short(one.description),
    });
    const dimensions = Object.entries(fee.dimensions ?? {});
    return {
      ...fee,
      ...(dimensions.length > 0 && {
        dimensions: Object.fromEntries(dimensions.map(([name, text]) => [name, short(text)])),
      }),
      alternatives: [cut(first), ...others.map(cut)] as RatedFee['alternatives'],
    };
  });
  return { ...fact, fees };
}

// By code points: a cut never leaves half of a character.
const short = (text: string): string =>
  text.length <= SHORT_CHARACTERS ? text : [...text].slice(0, SHORT_CHARACTERS).join('');
