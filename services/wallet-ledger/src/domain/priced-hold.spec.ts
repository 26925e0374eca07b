import { specFor } from '@kontor/event-sourcing/testing';
import { decimal, wire } from '@kontor/money';
import { type HeldFee, offersFor, type PricedFee } from './priced-hold';
import { at, credited, opened } from './testing';
import { wallet } from './wallet';
import type { PlaceHold } from './wallet-command';

const { given } = specFor(wallet);

/** A fee in each of these assets: `fee('a', { USD: '1', MIN: '2' })`. */
const fee = (priceId: string, amounts: Readonly<Record<string, string>>): PricedFee => ({
  productId: 'prp_video',
  productCode: 'video',
  productVersion: 1,
  priceId,
  priceName: 'Video',
  usageType: 'unit',
  alternatives: Object.entries(amounts).map(([asset, amount]) => ({
    asset,
    amount,
    description: 'Video',
  })),
});
const offered = (...fees: readonly PricedFee[]) =>
  offersFor(fees).map(({ asset, amount }) => [asset, wire(amount)]);

describe('priced hold: what it can be placed in', () => {
  it.each<[string, PricedFee[], string[][]]>([
    ['one fee', [fee('a', { USD: '1' })], [['USD', '1']]],
    [
      'a price in two assets, in its order',
      [fee('a', { MIN: '2', USD: '1' })],
      [
        ['MIN', '2'],
        ['USD', '1'],
      ],
    ],
    [
      'two fees, only in what both list',
      [fee('a', { MIN: '2', USD: '1' }), fee('b', { USD: '0.5' })],
      [['USD', '1.5']],
    ],
    [
      'fees that need several assets, in none',
      [fee('a', { MIN: '2' }), fee('b', { USD: '1' })],
      [],
    ],
    [
      'a free fee beside one with an amount, in what that lists',
      [fee('a', { MIN: '0' }), fee('b', { USD: '1' })],
      [['USD', '1']],
    ],
    ['free fees only, in one asset', [fee('a', { MIN: '0', USD: '0' })], [['MIN', '0']]],
  ])('%s', (_, fees, expected) => expect(offered(...fees)).toEqual(expected));

  it('shows every fee in the asset of the offer, a free one in an asset that it lists', () => {
    const [offer] = offersFor([fee('a', { MIN: '0' }), fee('b', { USD: '1' })]);
    expect(offer!.fees.map(({ priceId, asset, amount }) => [priceId, asset, amount])).toEqual([
      ['a', 'MIN', '0'],
      ['b', 'USD', '1'],
    ]);
  });
});

describe('priced hold: placing it', () => {
  const place = (...fees: readonly PricedFee[]): PlaceHold => {
    const offers = offersFor(fees);
    const first = offers[0]!;
    return {
      type: 'PlaceHold',
      authorizationId: 'h',
      account: { name: 'default', asset: first.asset },
      amount: first.amount,
      offers,
      lifeMs: Date.parse('2026-01-05T15:00:00.000000Z') - Date.parse(at),
      terms: {},
      at,
    };
  };
  const placed = (asset: string, amount: string, fees: readonly HeldFee[], balance: string) => ({
    type: 'HoldPlaced' as const,
    authorizationId: 'h',
    accountId: `default:${asset}`,
    asset,
    amount: decimal(amount),
    takes: amount === '0' ? [] : [{ grantId: asset, amount: decimal(amount) }],
    overdraft: decimal('0'),
    fees,
    expiresAt: '2026-01-05T15:00:00.000000Z',
    balance: decimal(balance),
    at,
  });
  const both = fee('a', { MIN: '2', USD: '1' });
  const feesIn = (asset: string) => offersFor([both]).find((one) => one.asset === asset)!.fees;

  it('holds the first listed asset that has enough', () =>
    given(
      opened('default', 'MIN'),
      credited('MIN', '1', { asset: 'MIN' }),
      opened(),
      credited('USD', '5'),
    )
      .when(place(both))
      .then(placed('USD', '1', feesIn('USD'), '4')));

  it('prefers what is listed first', () =>
    given(
      opened('default', 'MIN'),
      credited('MIN', '3', { asset: 'MIN' }),
      opened(),
      credited('USD', '5'),
    )
      .when(place(both))
      .then(placed('MIN', '2', feesIn('MIN'), '1')));

  it('is refused in the first listed asset when none has enough', () =>
    given(opened(), credited('USD', '0.5'))
      .when(place(both))
      .thenRejected({
        code: 'insufficient_funds',
        requested: decimal('2'),
        available: decimal('0'),
        asset: 'MIN',
      }));

  const free = fee('a', { USD: '0' });
  it('of free usage needs no money, nor an account', () =>
    given()
      .when(place(free))
      .then(opened(), placed('USD', '0', offersFor([free])[0]!.fees, '0')));

  it('of an amount of 0 that was not priced is refused', () => {
    const { offers: _, ...command } = place(free);
    return given(opened()).when(command).thenRejected({ code: 'amount_zero' });
  });
});
