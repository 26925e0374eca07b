import { chooseAsset } from './choose-asset';
import { credited, fee, feeDebited, opened } from './testing';
import { wallet } from './wallet';
import type { WalletEvent } from './wallet-event';

const given = (...events: WalletEvent[]) => ({
  chosenFor: (prices: Record<string, string>): number =>
    chooseAsset(
      fee('f1', prices).alternatives,
      events.reduce(wallet.evolve, wallet.initialState()),
    ),
});
const minutes = opened('default', 'MIN');

describe('the asset that pays', () => {
  it('is the first listed one with enough available', () =>
    expect(
      given(
        opened(),
        minutes,
        credited('g1', '9'),
        credited('g2', '9', { asset: 'MIN' }),
      ).chosenFor({ MIN: '9', USD: '1' }),
    ).toBe(0));

  it('is a later one when the first has too little', () =>
    expect(
      given(
        opened(),
        minutes,
        credited('g1', '9'),
        credited('g2', '8.999999999999', { asset: 'MIN' }),
      ).chosenFor({ MIN: '9', USD: '1' }),
    ).toBe(1));

  it('is a later one when the first has no account', () =>
    expect(given(opened(), credited('g1', '9')).chosenFor({ MIN: '9', USD: '9' })).toBe(1));

  it('is the first listed one when none has enough', () =>
    expect(given(opened(), minutes).chosenFor({ MIN: '9', USD: '1' })).toBe(0));

  it('is the first listed one when there is no account at all', () =>
    expect(given().chosenFor({ MIN: '9', USD: '1' })).toBe(0));

  it('is not one in debt, also for a fee of 0', () =>
    expect(
      given(
        opened(),
        minutes,
        feeDebited('f0', '1', { asset: 'MIN', debt: ['0', '1'], balance: '-1' }),
      ).chosenFor({ MIN: '0', USD: '0' }),
    ).toBe(1));

  it('is never an account of another name', () =>
    expect(
      given(opened('team', 'USD'), {
        ...credited('g1', '9'),
        accountId: 'team:USD',
      }).chosenFor({ MIN: '1', USD: '1' }),
    ).toBe(0));
});
