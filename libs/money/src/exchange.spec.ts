import { decimal, wire } from './decimal';
import { type DatedRate, fromSource, pricePerUnit, rateAt, scheduleOf, toSource } from './exchange';

const from = (validFrom: string, rate: string, validTo: string | null = null): DatedRate => ({
  validFrom,
  validTo,
  rate: decimal(rate),
  inverseRate: null,
});
const inverse = (inverseRate: string): DatedRate => ({
  validFrom: '2026-01-01',
  validTo: null,
  rate: null,
  inverseRate: decimal(inverseRate),
});
const rateOn = (published: readonly DatedRate[], day: string): string | undefined =>
  rateAt(scheduleOf(published), day)?.rate?.toFixed();

describe('exchange: which rate holds', () => {
  it('holds from its start until the next one starts', () => {
    const rates = [from('2026-01-01', '1'), from('2026-02-01', '2'), from('2026-03-01', '3')];
    expect(rateOn(rates, '2026-01-31')).toBe('1');
    expect(rateOn(rates, '2026-02-01')).toBe('2');
    expect(rateOn(rates, '2026-02-28')).toBe('2');
    expect(rateOn(rates, '2027-01-01')).toBe('3');
  });

  it('lets the earliest rate cover every instant before it', () =>
    expect(rateOn([from('2026-01-01', '1'), from('2026-02-01', '2')], '1999-01-01')).toBe('1'));

  it('knows no rate after an end that nothing follows', () => {
    const rates = [from('2026-01-01', '1', '2026-02-01'), from('2026-03-01', '3')];
    expect(rateOn(rates, '2026-01-31')).toBe('1');
    expect(rateOn(rates, '2026-02-01')).toBeUndefined();
    expect(rateOn(rates, '2026-02-28')).toBeUndefined();
    expect(rateOn(rates, '2026-03-01')).toBe('3');
  });

  it('cuts a rate whose end lies behind the next start', () => {
    const schedule = scheduleOf([from('2026-01-01', '1', '2026-06-01'), from('2026-02-01', '2')]);
    expect(schedule.map((rate) => rate.validTo)).toEqual(['2026-02-01', null]);
  });

  it('fits a rate published late into the middle', () => {
    const rates = [from('2026-01-01', '1'), from('2026-03-01', '3'), from('2026-02-01', '2')];
    expect(rateOn(rates, '2026-02-15')).toBe('2');
    expect(rateOn(rates, '2026-03-15')).toBe('3');
  });

  it('replaces a rate of the same start by the one published later', () =>
    expect(rateOn([from('2026-01-01', '1'), from('2026-01-01', '9')], '2026-01-01')).toBe('9'));

  it('knows none without any rate', () =>
    expect(rateAt(scheduleOf([]), '2026-01-01')).toBeUndefined());
});

describe('exchange: what an amount is worth', () => {
  it('is amount times rate: 2 minutes at 0.10 are 0.20 dollars', () =>
    expect(wire(toSource(decimal('2'), from('2026-01-01', '0.1')))).toBe('0.2'));

  it('is rounded once, so 3 units at 3 a dollar are exactly 1 dollar', () =>
    expect(wire(toSource(decimal('3'), inverse('3')))).toBe('1'));

  it('buys units with the source currency', () => {
    expect(wire(fromSource(decimal('1'), from('2026-01-01', '0.1')))).toBe('10');
    expect(wire(fromSource(decimal('2'), inverse('3')))).toBe('6');
  });

  it('shows a price per unit whichever way the rate was given', () => {
    expect(wire(pricePerUnit(from('2026-01-01', '0.1')))).toBe('0.1');
    expect(wire(pricePerUnit(inverse('4')))).toBe('0.25');
  });

  it('halves to even at the twelfth decimal', () => {
    expect(wire(toSource(decimal('0.000000000001'), from('d', '0.5')))).toBe('0');
    expect(wire(toSource(decimal('0.000000000003'), from('d', '0.5')))).toBe('0.000000000002');
  });
});
