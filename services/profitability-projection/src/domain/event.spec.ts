import { decimal, wire, ZERO } from '@kontor/money';
import { productsOf, type FeeValue, type RatedFee } from './entries';
import { feeTotalOf, statusOf, takenFees, type JoinedEvent } from './event';

const happening = {
  platform: 'acc_a',
  mode: 'live' as const,
  eventId: 'e1',
  customerId: 'cust_a',
  subject: null,
  occurredAt: '2026-01-05T10:00:00.000000Z',
};
const common = { ...happening, eventType: 'called', recordedAt: happening.occurredAt };
const usage = { ...common, occurredAtText: '', description: null, data: null, sentCosts: [] };
const ratedFee = (feeId: string): RatedFee => ({
  ...{ feeId, productId: 'a', productCode: 'a', productVersion: 1 },
  ...{ priceId: 'p', priceName: 'P', usageType: 'unit' },
  alternatives: [
    { asset: 'USD', amount: '1', description: '' },
    { asset: 'PTS', amount: '4', description: '' },
  ],
});
const rated = (...fees: RatedFee[]) => ({
  ...common,
  ...productsOf(fees),
  ...{ fees, unratedReason: null, authorizationId: null },
});
const value = (feeId: string, asset: string, amount: string, worth: string | null): FeeValue => ({
  ...{ ...happening, feeId, productId: 'a', asset, alternative: asset === 'PTS' ? 1 : 0 },
  ...{ amount: decimal(amount), value: worth === null ? null : decimal(worth), uncollected: ZERO },
});
const whole: JoinedEvent = {
  eventId: 'e1',
  usage,
  rated: rated(ratedFee('f1')),
  fees: [value('f1', 'PTS', '4', '2')],
  costs: { ...happening, lines: [] },
  authorization: undefined,
  reversal: undefined,
};

describe('an event', () => {
  it('is processed when usage, rating, the value of every fee and costs are known', () =>
    expect(statusOf(whole)).toBe('processed'));

  it.each<[string, Partial<JoinedEvent>]>([
    ['usage', { usage: undefined }],
    ['rating', { rated: undefined, fees: [] }],
    ['a debit', { fees: [] }],
    ['one of two debits', { rated: rated(ratedFee('f1'), ratedFee('f2')) }],
    ['costs', { costs: undefined }],
    ['its authorization', { rated: { ...rated(ratedFee('f1')), authorizationId: 'auth_1' } }],
  ])('is processing while %s is on its way', (_name, missing) =>
    expect(statusOf({ ...whole, ...missing })).toBe('processing'),
  );

  it('shows a fee in the asset that was taken, and none before that is decided', () => {
    expect(takenFees(whole).map(({ taken }) => taken.asset)).toEqual(['PTS']);
    expect(takenFees({ ...whole, fees: [] })).toEqual([]);
    expect(takenFees({ ...whole, rated: undefined })).toEqual([]);
  });
});

describe('the total of fees', () => {
  const total = (...fees: FeeValue[]) => {
    const sum = feeTotalOf(fees);
    return sum && `${wire(sum.amount)} ${sum.currency}`;
  };

  it('is in the own asset of the fees when they share one', () =>
    expect(total(value('f1', 'PTS', '4', '2'), value('f2', 'PTS', '1', null))).toBe('5 PTS'));

  it('is in the reporting currency when assets differ', () =>
    expect(total(value('f1', 'PTS', '4', '2'), value('f2', 'USD', '1', '1'))).toBe('3 '));

  it('is left out when one of several assets has no value, or without fees', () => {
    expect(total(value('f1', 'PTS', '4', null), value('f2', 'USD', '1', '1'))).toBeUndefined();
    expect(total()).toBeUndefined();
  });
});
