import fc from 'fast-check';
import { FAULT_KINDS, planSchedule } from './schedule';

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe('a schedule of faults', () => {
  it('is the same again for the same seed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const options = { seed, kinds: FAULT_KINDS, count: 30 };
        expect(planSchedule(options)).toEqual(planSchedule(options));
      }),
    );
  });

  it('has every kind at least once, one after the other', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 30 }), (seed, count) => {
        const faults = planSchedule({ seed, kinds: FAULT_KINDS, count });
        expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
        const times = faults.map(({ atMs }) => atMs);
        expect(times).toEqual([...times].sort((one, other) => one - other));
      }),
    );
  });

  it('differs from seed to seed', () => {
    const plans = [1, 2, 3].map((seed) =>
      JSON.stringify(planSchedule({ seed, kinds: FAULT_KINDS, count: 20 })),
    );
    expect(new Set(plans).size).toBe(3);
  });
});
