import { checkCost } from './cost';

const ID = '68116730-e125-408b-8f75-90f1fb9aa7dd';
const check = (more: object) => checkCost({ id: ID, vendor_id: 'vnd_1', ...more }, '/costs/0');
const amountOf = (more: object): string => {
  const checked = check(more);
  if (!checked.ok) throw new Error(JSON.stringify(checked.refusal));
  return checked.cost.amount;
};

describe('cost: its amount', () => {
  it.each([
    ['as given', { amount: 0.16 }, '0.16'],
    ['as a decimal string', { amount: '0.160' }, '0.16'],
    ['at 15 digits, because honest clients multiply in floats', { amount: 0.1 + 0.2 }, '0.3'],
    ['at 12 decimals, half-even', { amount: '0.0000000000025' }, '0.000000000002'],
    ['nothing, when that is what it says', { amount: 0 }, '0'],
    ['of units', { units: 3, unit_price: '0.1' }, '0.3'],
    ['of a volume', { input_volume: 1_500, volume_rate: 2 }, '3000'],
    ['of a volume in packages', { input_volume: 1_500, volume_rate: 2, package_size: 1_000 }, '3'],
    [
      'of a volume when package_size is 0',
      { input_volume: 3, volume_rate: 2, package_size: 0 },
      '6',
    ],
    [
      'of both',
      { units: 1, unit_price: 5, input_volume: 1, volume_rate: 1, package_size: 3 },
      '5.333333333333',
    ],
    [
      'rounded once',
      { units: 1, unit_price: 1, input_volume: 2, volume_rate: 1, package_size: 3 },
      '1.666666666667',
    ],
    ['of the complete pair alone', { units: 3, input_volume: 2, volume_rate: 2 }, '4'],
    ['where 0 means not given', { amount: 0, units: 2, unit_price: 2 }, '4'],
    [
      'when it agrees with its parts',
      { amount: 0.3, units: 3, unit_price: 0.1, input_volume: 0, volume_rate: 0, package_size: 0 },
      '0.3',
    ],
    ['within a millionth', { amount: '1000000.9', units: 1, unit_price: 1_000_000 }, '1000000.9'],
    ['when a pair is not complete', { amount: 7, units: 3 }, '7'],
  ])('%s', (_name, more, amount) => {
    expect(amountOf(more)).toBe(amount);
  });
});

describe('cost: what comes with it', () => {
  it('comes back as sent, without nulls, and in dollars when nothing else is said', () => {
    const sent = { id: ID.toUpperCase(), vendor_external_id: 'openai', amount: 1.5 };
    expect(checkCost({ ...sent, category: null }, '')).toMatchObject({
      ok: true,
      cost: {
        costId: ID,
        vendor: { vendorId: undefined, externalId: 'openai' },
        currency: 'USD',
        sent,
      },
    });
  });

  it('has its currency in upper case', () => {
    expect(check({ amount: 1, currency: 'eur' })).toMatchObject({ cost: { currency: 'EUR' } });
  });
});

describe('cost: what is refused, with its place', () => {
  it.each([
    ['no id', { id: null, amount: 1 }, 'required', '/costs/0/id'],
    ['no UUID', { id: 'x', amount: 1 }, 'invalid_uuid', '/costs/0/id'],
    ['no vendor', { vendor_id: null, amount: 1 }, 'required', '/costs/0/vendor_id'],
    ['a vendor that is no text', { vendor_id: 1, amount: 1 }, 'invalid_type', '/costs/0/vendor_id'],
    ['no amount', {}, 'required', '/costs/0/amount'],
    ['no amount and half a pair', { units: 3 }, 'required', '/costs/0/amount'],
    ['a boolean amount', { amount: true }, 'amount_not_a_number', '/costs/0/amount'],
    ['an amount with an exponent', { amount: '1e3' }, 'amount_not_a_number', '/costs/0/amount'],
    ['a huge amount', { amount: 1e15 }, 'amount_out_of_range', '/costs/0/amount'],
    ['a negative amount', { amount: -1 }, 'amount_out_of_range', '/costs/0/amount'],
    [
      'a negative rate',
      { amount: 1, volume_rate: -1 },
      'amount_out_of_range',
      '/costs/0/volume_rate',
    ],
    ['a huge product', { units: 1e14, unit_price: 1e14 }, 'amount_out_of_range', '/costs/0/amount'],
    [
      'an amount that its units deny',
      { amount: 0.31, units: 3, unit_price: 0.1 },
      'cost_amount_mismatch',
      '/costs/0/amount',
    ],
    ['metadata that is text', { amount: 1, metadata: 'x' }, 'invalid_type', '/costs/0/metadata'],
    [
      'metadata of 5 KiB',
      { amount: 1, metadata: { a: 'x'.repeat(5_000) } },
      'too_large',
      '/costs/0/metadata',
    ],
    [
      'a currency with a space',
      { amount: 1, currency: 'U S' },
      'invalid_format',
      '/costs/0/currency',
    ],
    ['a long category', { amount: 1, category: 'x'.repeat(256) }, 'too_long', '/costs/0/category'],
    ['an unknown field', { amount: 1, price: 1 }, 'unknown_field', '/costs/0/price'],
  ])('%s', (_name, more, code, pointer) => {
    expect(check(more)).toMatchObject({ ok: false, refusal: { code, pointer } });
  });

  it('what is no object', () => {
    expect(checkCost(1, '/costs/0')).toMatchObject({ refusal: { code: 'invalid_type' } });
  });
});
