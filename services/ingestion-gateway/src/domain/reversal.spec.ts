import { partsToReverse } from './reversal';

const before = { reason: 'sent twice', reversedAt: '2026-01-05T14:32:18.000000Z' };

describe('the reversal of an event', () => {
  it('takes the fees back, and the costs when asked', () => {
    expect(partsToReverse(undefined, { reason: 'r', costs: false })).toEqual({
      fees: true,
      costs: false,
    });
    expect(partsToReverse(undefined, { reason: 'r', costs: true })).toEqual({
      fees: true,
      costs: true,
    });
  });

  it('does nothing twice', () => {
    for (const costs of [false, true])
      for (const asked of [false, costs])
        expect(
          partsToReverse({ ...before, costs }, { reason: 'other', costs: asked }),
        ).toBeUndefined();
  });

  it('lets costs follow that stayed at first', () => {
    expect(partsToReverse({ ...before, costs: false }, { reason: 'r', costs: true })).toEqual({
      fees: false,
      costs: true,
    });
  });
});
