import { parseInstant } from '@kontor/contracts';
import fc from 'fast-check';
import { readInstant } from './usage-instant';

describe('instants of usage', () => {
  it('are read as everywhere else', () => {
    const two = fc.integer({ min: 0, max: 62 }).map((each) => String(each).padStart(2, '0'));
    const text = fc
      .tuple(fc.integer({ min: 1990, max: 2030 }), two, two, two, two, two)
      .chain(([year, month, day, hour, minute, second]) =>
        fc
          .tuple(
            fc.constantFrom('', '.5', '.123456', '.123456789'),
            fc.constantFrom('Z', '+02:00', ''),
          )
          .map(
            ([fraction, zone]) =>
              `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${zone}`,
          ),
      );
    fc.assert(fc.property(text, (each) => expect(readInstant(each)).toBe(parseInstant(each))));
    for (const each of ['2026-02-29T00:00:00Z', '2024-02-29T23:59:60Z', '2026-01-05', ''])
      expect(readInstant(each)).toBe(parseInstant(each));
    expect(readInstant('2026-01-05T14:32:18.5Z')).toBe('2026-01-05T14:32:18.500000Z');
  });
});
