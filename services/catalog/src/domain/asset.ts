/**
 * An asset: what prices, wallets and grants are counted in, and what one unit of it is worth.
 *
 * Fiat is ISO 4217 and exists from the start; everything else is made by a platform. Codes are
 * upper-case here; callers may write them in any case.
 *
 * Rates:  kept as given (`rate` = price of one unit in the source currency, `inverseRate` = units
 *         per one source unit), so that 3 units per dollar never becomes 0.333333333333 a unit.
 *         Which of them holds when is the schedule of @kontor/money.
 * Time:   a rate without `validFrom` holds from the instant of its batch.
 * Source: assets of the HTTP contract.
 */
import { accept, type Decider, type Decision, reject, unreachable } from '@kontor/event-sourcing';
import { decimal, type DecimalString, ZERO } from '@kontor/money';
import type { Instant } from './instant';
import { inside, type Issue, issue } from './issue';
import { CURRENCIES } from './iso-4217';

export const PRECISION_MAX = 12;
/** What cents do for money; a count of tokens asks for 0, a share of a minute for more. */
export const PRECISION_DEFAULT = 2;
/** Daily rates in one source for more than a decade. */
export const RATES_MAX = 5_000;

/** Exactly one of the two amounts is given by a caller. */
export interface RateDraft {
  readonly source: string;
  readonly rate: DecimalString | undefined;
  readonly inverseRate: DecimalString | undefined;
  readonly validFrom: Instant | undefined;
  readonly validTo: Instant | undefined;
}

export interface Rate {
  readonly source: string;
  readonly rate: DecimalString | undefined;
  readonly inverseRate: DecimalString | undefined;
  readonly validFrom: Instant;
  readonly validTo: Instant | undefined;
}

export type AssetCommand =
  | {
      readonly type: 'CreateAsset';
      readonly code: string;
      readonly name: string;
      readonly precision: number | undefined;
      readonly symbol: string | undefined;
      readonly label: string | undefined;
      readonly rates: readonly RateDraft[];
      readonly at: Instant;
    }
  | { readonly type: 'SetRate'; readonly rate: RateDraft; readonly at: Instant };

export type AssetEvent =
  | {
      readonly type: 'AssetCreated';
      readonly code: string;
      readonly name: string;
      readonly precision: number;
      readonly symbol: string | undefined;
      readonly label: string | undefined;
      readonly at: Instant;
    }
  | {
      readonly type: 'AssetRateSet';
      readonly code: string;
      readonly rate: Rate;
      readonly at: Instant;
    };

export type AssetRejection =
  | { readonly code: 'asset_not_found' }
  | { readonly code: 'code_taken' }
  | { readonly code: 'too_many_rates'; readonly max: number }
  | { readonly code: 'invalid'; readonly issues: readonly Issue[] };

export interface Asset {
  readonly code: string;
  readonly name: string;
  readonly precision: number;
  readonly symbol: string | undefined;
  readonly label: string | undefined;
  /** Undefined for fiat, which was always there. */
  readonly createdAt: Instant | undefined;
  /** Every rate by `rateKey`: one published later for the same start replaces the earlier one. */
  readonly rates: Map<string, Rate>;
}

export const rateKey = ({ source, validFrom }: Pick<Rate, 'source' | 'validFrom'>): string =>
  `${source} ${validFrom}`;

export const isFiat = (code: string): boolean => CURRENCIES.has(code);

/** A currency as every platform has it before it says anything; undefined for other codes. */
export function fiat(code: string): Asset | undefined {
  const currency = CURRENCIES.get(code);
  return (
    currency && {
      ...currency,
      symbol: undefined,
      label: undefined,
      createdAt: undefined,
      rates: new Map(),
    }
  );
}

type AssetDecision = Decision<AssetEvent, AssetRejection>;

export const asset: Decider<Asset | undefined, AssetCommand, AssetEvent, AssetRejection> = {
  initialState: () => undefined,
  decide,
  evolve,
};

function decide(command: AssetCommand, state: Asset | undefined): AssetDecision {
  switch (command.type) {
    case 'CreateAsset':
      return createAsset(command, state);
    case 'SetRate':
      return setRate(command, state);
    default:
      return unreachable(command);
  }
}

function createAsset(
  command: Extract<AssetCommand, { type: 'CreateAsset' }>,
  state: Asset | undefined,
): AssetDecision {
  const { code, name, precision = PRECISION_DEFAULT, symbol, label, rates, at } = command;
  if (state ?? isFiat(code)) return reject({ code: 'code_taken' });
  const issues = [
    ...checkPrecision(precision),
    ...checkSymbol(symbol),
    ...rates.flatMap((rate, index) =>
      checkRate(code, rate, at).map((found) => inside(['rates', index], found)),
    ),
    ...checkStarts(rates, at),
  ];
  if (issues.length > 0) return reject({ code: 'invalid', issues });
  if (rates.length > RATES_MAX) return reject({ code: 'too_many_rates', max: RATES_MAX });
  return accept(
    { type: 'AssetCreated', code, name, precision, symbol, label, at },
    ...rates.map((rate): AssetEvent => ({ type: 'AssetRateSet', code, rate: dated(rate, at), at })),
  );
}

function setRate(
  { rate: draft, at }: Extract<AssetCommand, { type: 'SetRate' }>,
  state: Asset | undefined,
): AssetDecision {
  if (!state) return reject({ code: 'asset_not_found' });
  const issues = checkRate(state.code, draft, at);
  if (issues.length > 0) return reject({ code: 'invalid', issues });
  const rate = dated(draft, at);
  const before = state.rates.get(rateKey(rate));
  if (!before && state.rates.size >= RATES_MAX)
    return reject({ code: 'too_many_rates', max: RATES_MAX });
  if (before && sameRate(before, rate)) return accept();
  return accept({ type: 'AssetRateSet', code: state.code, rate, at });
}

const sameRate = (left: Rate, right: Rate): boolean =>
  left.rate === right.rate &&
  left.inverseRate === right.inverseRate &&
  left.validTo === right.validTo;

const dated = (draft: RateDraft, at: Instant): Rate => ({
  ...draft,
  validFrom: draft.validFrom ?? at,
});

const checkPrecision = (precision: number): Issue[] =>
  Number.isInteger(precision) && precision >= 0 && precision <= PRECISION_MAX
    ? []
    : [issue(['precision'], 'out_of_range', `A whole number from 0 to ${PRECISION_MAX}.`)];

/** One grapheme: what a reader sees as one sign, however many code points it takes. */
const checkSymbol = (symbol: string | undefined): Issue[] =>
  symbol === undefined || [...new Intl.Segmenter().segment(symbol)].length === 1
    ? []
    : [issue(['symbol'], 'not_one_character', 'A symbol is a single character.')];

function checkRate(code: string, draft: RateDraft, at: Instant): Issue[] {
  const { source, rate, inverseRate, validFrom = at, validTo } = draft;
  const issues: Issue[] = [];
  if (!isFiat(source))
    issues.push(issue(['source'], 'unknown_currency', 'A source is an ISO 4217 currency.'));
  if (source === code)
    issues.push(issue(['source'], 'source_is_asset', 'An asset has no rate in itself.'));
  if ((rate === undefined) === (inverseRate === undefined))
    issues.push(issue([], 'rate_or_inverse_rate', 'Give `rate` or `inverse_rate`, one of them.'));
  if (validTo !== undefined && validTo <= validFrom)
    issues.push(issue(['valid_to'], 'ends_before_start', 'It must end after `valid_from`.'));
  return [...issues, ...checkPositive('rate', rate), ...checkPositive('inverse_rate', inverseRate)];
}

const checkPositive = (name: string, amount: DecimalString | undefined): Issue[] =>
  amount === undefined || decimal(amount).gt(ZERO)
    ? []
    : [issue([name], 'out_of_range', 'A rate is greater than 0.')];

function checkStarts(rates: readonly RateDraft[], at: Instant): Issue[] {
  const seen = new Set<string>();
  return rates.flatMap(({ source, validFrom = at }, index) => {
    const key = rateKey({ source, validFrom });
    if (seen.has(key))
      return [issue(['rates', index], 'duplicate_rate', 'This start has its rate already.')];
    seen.add(key);
    return [];
  });
}

/** Advances the batch's private copy in place; holds no rules. */
function evolve(state: Asset | undefined, event: AssetEvent): Asset | undefined {
  if (event.type === 'AssetRateSet') {
    state?.rates.set(rateKey(event.rate), event.rate);
    return state;
  }
  const { code, name, precision, symbol, label, at: createdAt } = event;
  return { code, name, precision, symbol, label, createdAt, rates: new Map() };
}
