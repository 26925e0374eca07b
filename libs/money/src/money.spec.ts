import {
  allocate,
  decimal,
  Decimal,
  divideToAmount,
  marginOf,
  parseExactAmount,
  parseUsageAmount,
  roundAmount,
  roundToMinorUnits,
  sum,
  wire,
  writeJson,
} from './index';

const texts = (values: readonly Decimal[]): string[] => values.map(wire);

describe('decimals are strict', () => {
  it('adds 0.1 and 0.2 to 0.3', () =>
    expect(wire(decimal('0.1').plus(decimal('0.2')))).toBe('0.3'));

  it('sums a million fees of 0.0000025 to 2.5', () =>
    expect(wire(sum(Array.from({ length: 1_000_000 }, () => decimal('0.0000025'))))).toBe('2.5'));

  it('refuses a JavaScript number and a comparison by operator', () => {
    expect(() => new Decimal(0.1 as unknown as string)).toThrow();
    expect(() => decimal('1') < decimal('2')).toThrow();
  });

  it('prints plain digits, never an exponent', () => {
    expect(wire(decimal('0.000000000001'))).toBe('0.000000000001');
    expect(wire(decimal('999999999999999.999999999999'))).toBe('999999999999999.999999999999');
    expect(String(decimal('0.0000001'))).toBe('0.0000001');
  });
});

describe('what a client sends as an exact amount', () => {
  it.each`
    sent                              | meant
    ${0.1}                            | ${'0.1'}
    ${1e-7}                           | ${'0.0000001'}
    ${-5}                             | ${'-5'}
    ${123456789012345}                | ${'123456789012345'}
    ${'0.000000000001'}               | ${'0.000000000001'}
    ${'999999999999999.999999999999'} | ${'999999999999999.999999999999'}
    ${'1.50'}                         | ${'1.5'}
  `('$sent means $meant', ({ sent, meant }) => {
    const parsed = parseExactAmount(sent);
    expect(parsed.ok && wire(parsed.value)).toBe(meant);
  });

  it.each`
    sent                    | code
    ${0.1 + 0.2}            | ${'amount_imprecise'}
    ${12345678901234567890} | ${'amount_imprecise'}
    ${'0.0000000000001'}    | ${'amount_too_fine'}
    ${1e15}                 | ${'amount_out_of_range'}
    ${'-1000000000000000'}  | ${'amount_out_of_range'}
    ${NaN}                  | ${'amount_not_a_number'}
    ${Infinity}             | ${'amount_not_a_number'}
    ${'1e3'}                | ${'amount_not_a_number'}
    ${''}                   | ${'amount_not_a_number'}
    ${' 1'}                 | ${'amount_not_a_number'}
    ${'0x10'}               | ${'amount_not_a_number'}
    ${true}                 | ${'amount_not_a_number'}
    ${null}                 | ${'amount_not_a_number'}
    ${{}}                   | ${'amount_not_a_number'}
    ${'9'.repeat(100)}      | ${'amount_not_a_number'}
  `('$sent is refused as $code', ({ sent, code }) =>
    expect(parseExactAmount(sent)).toMatchObject({ ok: false, code }),
  );
});

describe('what a client sends as usage', () => {
  it.each`
    sent                    | meant
    ${0.1 + 0.2}            | ${'0.3'}
    ${12345678901234567890} | ${null}
    ${1.1 * 3}              | ${'3.3'}
    ${'0.0000000000005'}    | ${'0'}
    ${'0.0000000000015'}    | ${'0.000000000002'}
    ${1e-13}                | ${'0'}
  `('$sent is taken as $meant', ({ sent, meant }) => {
    const parsed = parseUsageAmount(sent);
    expect(parsed.ok ? wire(parsed.value) : null).toBe(meant);
  });
});

describe('roundings', () => {
  it.each`
    value                 | rounded
    ${'0.0000000000005'}  | ${'0'}
    ${'0.0000000000015'}  | ${'0.000000000002'}
    ${'0.0000000000025'}  | ${'0.000000000002'}
    ${'-0.0000000000015'} | ${'-0.000000000002'}
  `('$value becomes $rounded, half to even', ({ value, rounded }) =>
    expect(wire(roundAmount(decimal(value)))).toBe(rounded),
  );

  it('divides with one rounding', () => {
    expect(wire(divideToAmount(decimal('1'), decimal('3')))).toBe('0.333333333333');
    expect(wire(divideToAmount(decimal('2'), decimal('3')))).toBe('0.666666666667');
    expect(() => divideToAmount(decimal('1'), decimal('0'))).toThrow();
  });

  it('rounds to minor units half to even', () => {
    expect(wire(roundToMinorUnits(decimal('2.345'), 2))).toBe('2.34');
    expect(wire(roundToMinorUnits(decimal('2.5'), 0))).toBe('2');
  });

  it.each`
    net          | gross       | margin
    ${'0.04'}    | ${'0.2'}    | ${'0.2'}
    ${'-0.1282'} | ${'0.3849'} | ${'-0.3331'}
    ${'0.00005'} | ${'1'}      | ${'0'}
    ${'0.00015'} | ${'1'}      | ${'0.0002'}
    ${'1'}       | ${'3'}      | ${'0.3333'}
  `('margin of $net net on $gross gross is $margin', ({ net, gross, margin }) =>
    expect(wire(marginOf(decimal(net), decimal(gross))!)).toBe(margin),
  );

  it('has no margin where nothing was sold', () =>
    expect(marginOf(decimal('-5'), decimal('0'))).toBeNull());
});

describe('sharing an amount', () => {
  it('gives the spare digit to the largest remainder', () =>
    expect(texts(allocate(decimal('1'), ['1', '1', '1'].map(decimal)))).toEqual([
      '0.333333333334',
      '0.333333333333',
      '0.333333333333',
    ]));

  it('shares equally when nothing weighs anything', () =>
    expect(texts(allocate(decimal('0.3'), ['0', '0', '0'].map(decimal)))).toEqual([
      '0.1',
      '0.1',
      '0.1',
    ]));

  it('gives nothing to a weight of 0 beside others', () =>
    expect(texts(allocate(decimal('0.16'), ['0', '2'].map(decimal)))).toEqual(['0', '0.16']));

  it('refuses to let money vanish', () => {
    expect(() => allocate(decimal('1'), [])).toThrow();
    expect(allocate(decimal('0'), [])).toEqual([]);
  });
});

describe('money in JSON', () => {
  it('is a number with its exact digits', () =>
    expect(writeJson({ a: decimal('0.0000025'), b: [decimal('10')], c: undefined, d: null })).toBe(
      '{"a":0.0000025,"b":[10],"d":null}',
    ));

  it('is a string where the client asks for strings, and only money is', () =>
    expect(writeJson({ amount: decimal('0.1'), version: 1 }, 'string')).toBe(
      '{"amount":"0.1","version":1}',
    ));

  it('writes plain numbers without an exponent', () =>
    expect(writeJson({ tiny: 1e-7, huge: 1e21, text: 'é"\n' })).toBe(
      '{"tiny":0.0000001,"huge":1000000000000000000000,"text":"é\\"\\n"}',
    ));
});
