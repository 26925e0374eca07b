import { wire } from '@kontor/money';
import { readVolume } from './volume';

const read = (data: Record<string, unknown>, field = 'tokens'): string => {
  const reading = readVolume(data, field);
  return reading.ok ? wire(reading.volume) : reading.reason;
};

describe('volume: what an event says', () => {
  it.each([
    ['a number', 1200, '1200'],
    ['zero', 0, '0'],
    ['a fraction', 0.1, '0.1'],
    ['float noise, at 15 digits', 0.1 + 0.2, '0.3'],
    ['a decimal string', '12.50', '12.5'],
    ['a string of many digits', '123456789012345.123456789012', '123456789012345.123456789012'],
    ['more decimals than are kept', '0.0000000000015', '0.000000000002'],
  ])('reads %s', (_, sent, volume) => expect(read({ tokens: sent })).toBe(volume));

  it.each([
    ['negative', -1],
    ['a negative string', '-0.5'],
    ['a word', 'many'],
    ['an exponent in a string', '1e3'],
    ['an empty string', ''],
    ['a boolean', true],
    ['an object', {}],
    ['a list', [1]],
    ['10^15', '1000000000000000'],
    ['not finite', Number.POSITIVE_INFINITY],
  ])('calls %s invalid', (_, sent) => expect(read({ tokens: sent })).toBe('volume_field_invalid'));

  it('calls an absent field and null missing', () => {
    expect(read({})).toBe('volume_field_missing');
    expect(read({ tokens: null })).toBe('volume_field_missing');
    expect(readVolume(undefined, 'tokens')).toEqual({ ok: false, reason: 'volume_field_missing' });
  });

  it('follows a dotted path, and prefers a field of that very name', () => {
    expect(read({ usage: { out: { tokens: 7 } } }, 'usage.out.tokens')).toBe('7');
    expect(read({ 'usage.tokens': 1, usage: { tokens: 2 } }, 'usage.tokens')).toBe('1');
    expect(read({ usage: 'no object' }, 'usage.length')).toBe('volume_field_missing');
    expect(read({ usage: [1, 2] }, 'usage.length')).toBe('volume_field_missing');
    expect(read({}, '__proto__.toString')).toBe('volume_field_missing');
  });
});
