import { decimal } from '@kontor/money';
import {
  compareBurnOrder,
  insertInBurnOrder,
  type Lot,
  removeTakes,
  spendHeld,
  takeFrom,
} from './burn-order';
import { at, takesOf } from './testing';

const lot = (grantId: string, changes: Partial<Lot> = {}): Lot => ({
  grantId,
  purpose: 'paid',
  amount: decimal('10'),
  basis: decimal('10'),
  priority: 100,
  effectiveAt: at,
  expiresAt: null,
  available: decimal('10'),
  held: decimal('0'),
  createdAt: at,
  ...changes,
});

const SOON = '2026-02-01T00:00:00.000000Z';
const LATE = '2027-02-01T00:00:00.000000Z';

describe('burn order', () => {
  it.each`
    rule                                  | first                         | second
    ${'promotional before bundled'}       | ${{ purpose: 'promotional' }} | ${{ purpose: 'bundled' }}
    ${'bundled before paid'}              | ${{ purpose: 'bundled' }}     | ${{ purpose: 'paid' }}
    ${'purpose before priority'}          | ${{ purpose: 'promotional' }} | ${{ priority: 1 }}
    ${'lower priority number first'}      | ${{ priority: 1 }}            | ${{ priority: 2 }}
    ${'priority before expiry'}           | ${{ priority: 1 }}            | ${{ expiresAt: SOON }}
    ${'earliest expiry first'}            | ${{ expiresAt: SOON }}        | ${{ expiresAt: LATE }}
    ${'without expiry last'}              | ${{ expiresAt: LATE }}        | ${{}}
    ${'expiry before effective instant'}  | ${{ expiresAt: SOON }}        | ${{ effectiveAt: '2025' }}
    ${'earliest effective instant first'} | ${{ effectiveAt: '2025' }}    | ${{ effectiveAt: '2026' }}
  `('$rule', ({ first, second }) => {
    expect(compareBurnOrder(lot('z', first), lot('a', second))).toBeLessThan(0);
    expect(compareBurnOrder(lot('a', second), lot('z', first))).toBeGreaterThan(0);
  });

  it('the id decides between equals', () =>
    expect(compareBurnOrder(lot('a'), lot('b'))).toBeLessThan(0));

  it('is kept by every insertion', () => {
    const lots: Lot[] = [];
    for (const id of ['c', 'a', 'd', 'b']) insertInBurnOrder(lots, lot(id));
    insertInBurnOrder(lots, lot('z', { purpose: 'promotional' }));
    expect(lots.map((each) => each.grantId)).toEqual(['z', 'a', 'b', 'c', 'd']);
  });
});

describe('taking out of lots', () => {
  it('empties one lot before it touches the next', () =>
    expect(takeFrom([lot('a'), lot('b'), lot('c')], decimal('12.5'))).toEqual(
      takesOf({ a: '10', b: '2.5' }),
    ));

  it('takes what there is when that is less', () =>
    expect(takeFrom([lot('a')], decimal('12'))).toEqual(takesOf({ a: '10' })));

  it('takes nothing for nothing', () => expect(takeFrom([lot('a')], decimal('0'))).toEqual([]));

  it('drops a lot with nothing left and keeps the rest of another', () => {
    const lots = [lot('a'), lot('b')];
    removeTakes(lots, takesOf({ a: '10', b: '1' }));
    expect(lots).toEqual([lot('b', { available: decimal('9') })]);
  });

  it('refuses a take from a lot that is not there', () =>
    expect(() => removeTakes([lot('a')], takesOf({ b: '1' }))).toThrow('b has nothing left'));

  it('refuses a take of more than the lot has left, free or held', () => {
    const more = takesOf({ a: '10.01' });
    expect(() => removeTakes([lot('a')], more)).toThrow('a has less left');
    expect(() => spendHeld([lot('a', { held: decimal('10') })], more)).toThrow('a has less left');
  });
});
