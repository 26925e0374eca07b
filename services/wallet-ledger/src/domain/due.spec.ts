import { nextChangeAt, upToDate } from './due';
import { evolve } from './evolve';
import { credited, opened, placed, released } from './testing';
import type { WalletEvent } from './wallet-event';
import { initialState } from './wallet-state';

const [MONDAY, TUESDAY, FRIDAY] = ['05', '06', '09'].map(
  (day) => `2027-04-${day}T00:00:00.000000Z`,
) as [string, string, string];
const after = (...events: WalletEvent[]) => events.reduce(evolve, initialState());
/** Burns first, and expires last. */
const gift = credited('gift', '1', { reason: 'gift', expiresAt: FRIDAY });
const ending = credited('ending', '1', { expiresAt: TUESDAY });
const [late, soon] = [
  credited('late', '1', { effectiveAt: FRIDAY }),
  credited('soon', '1', { effectiveAt: MONDAY }),
];

describe('what time brings', () => {
  it('is posted in the order of its instants, whatever was given first', () => {
    const { due } = upToDate(after(opened(), gift, ending, late, soon), FRIDAY);
    expect(due.map((event) => 'transactionId' in event && event.transactionId)).toEqual([
      'soon.effective',
      'ending.expired',
      'late.effective',
      'gift.expired',
    ]);
  });

  it('is nothing before the first instant', () => {
    const state = after(opened(), gift, ending);
    expect(upToDate(state, MONDAY)).toEqual({ due: [], state });
  });

  it('leaves nothing in a lot whose held rest was lost', () => {
    const lost = released('a', '1', { broken: { paid: '1' }, balance: '0' });
    const hold = placed('a', '1', { takes: { paid: '1' }, balance: '0' });
    const state = after(opened(), credited('paid', '1'), hold, lost);
    expect(state.accounts.get('default:USD')!.lots).toEqual([]);
  });

  it('comes next at the earliest of all instants, of grants to come too', () => {
    expect(nextChangeAt(after(opened(), gift, ending))).toBe(TUESDAY);
    expect(nextChangeAt(after(opened(), gift, ending, late, soon))).toBe(MONDAY);
    expect(nextChangeAt(after(opened(), credited('paid', '1')))).toBeUndefined();
  });
});
