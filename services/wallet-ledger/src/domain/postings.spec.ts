import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sum, wire, ZERO } from '@kontor/money';
import { CHART_OF_ACCOUNTS } from './chart-of-accounts';
import { legsOf } from './postings';
import {
  activated,
  at,
  captured,
  charged,
  credited,
  debited,
  drawn,
  EXPIRY,
  expired,
  feeDebited,
  opened,
  overdraftSet,
  placed,
  released,
} from './testing';
import { reversed } from './testing-reversals';
import type { AdjustmentReason, WalletEvent } from './wallet-event';

const REASONS: readonly AdjustmentReason[] = [
  'gift',
  'external_topup',
  'external_refund',
  'other',
  'correction',
  'migration',
];

/** One event for every row of the README's table. */
const POSTINGS: Readonly<Record<string, WalletEvent>> = {
  'account opened': opened(),
  ...Object.fromEntries(
    REASONS.map((reason) => [`credit, ${reason}`, credited('g', '10', { reason })]),
  ),
  'credit that repays debt and more, external_topup': credited('g', '10', { repaid: [['0', '4']] }),
  'credit that repays debt, external_topup': credited('g', '4', { repaid: [['0', '4']] }),
  ...Object.fromEntries(
    REASONS.map((reason) => [
      `withdrawal, ${reason}`,
      debited('w', '4', { takes: { g: '4' }, balance: '6', reason }),
    ]),
  ),
  'fee within the lots': feeDebited('f', '4', { takes: { g: '3', h: '1' }, balance: '6' }),
  'fee beyond the lots': feeDebited('f', '4', {
    takes: { g: '3' },
    debt: ['0', '1'],
    balance: '-1',
  }),
  'fee without lots': feeDebited('f', '4', { debt: ['0', '4'], balance: '-4' }),
  'fee, partly never collected': feeDebited('f', '4', {
    takes: { g: '1' },
    uncollected: '3',
    balance: '0',
  }),
  'fee out of a hold': feeDebited('f', '4', { draw: drawn('a', { g: '4' }), balance: '6' }),
  'fee out of a hold and beyond': feeDebited('f', '4', {
    draw: drawn('a', { g: '3' }),
    debt: ['0', '1'],
    balance: '-1',
  }),
  'fee reversed': reversed('f', '4', { returned: { g: '4' }, balance: '10' }),
  'fee reversed, partly still owed': reversed('f', '4', {
    returned: { g: '3' },
    debt: ['0', '1'],
    balance: '3',
  }),
  'fee reversed, to expired lots': reversed('f', '4', { broken: { g: '4' }, balance: '0' }),
  'fee reversed, never collected': reversed('f', '4', { uncollected: '4', balance: '0' }),
  charge: charged('c', '4', { takes: { g: '4' }, balance: '6' }),
  'hold within the lots': placed('a', '4', { balance: '6' }),
  'hold beyond the lots': placed('a', '4', { takes: { g: '3' }, overdraft: '1', balance: '-1' }),
  capture: captured('a', '4', { balance: '6' }),
  'capture, the overdraft covered by new lots': captured('a', '4', {
    held: { g: '3' },
    overdraft: '1',
    takes: { h: '1' },
    balance: '0',
  }),
  'capture, the overdraft still owed': captured('a', '4', {
    held: { g: '3' },
    overdraft: '1',
    debt: ['0', '1'],
    balance: '-1',
  }),
  release: released('a', '4', { returned: { g: '4' }, balance: '10' }),
  'release to expired lots': released('a', '4', { broken: { g: '4' }, balance: '6' }),
  'release of an overdraft': released('a', '4', { overdraft: '4', balance: '0' }),
  'credit, scheduled, gift': credited('g', '10', {
    reason: 'gift',
    effectiveAt: EXPIRY,
    balance: '0',
  }),
  'grant activated': activated('g', '10', { balance: '10' }),
  'grant activated, repays debt and more': activated('g', '10', {
    repaid: [['0', '4']],
    balance: '6',
  }),
  'grant expired': expired('g', '10', { balance: '0' }),
  'overdraft policy set': overdraftSet({ mode: 'none' }),
  'authorization used': {
    type: 'AuthorizationUsed',
    authorizationId: 'a',
    eventId: 'event-1',
    captured: ZERO,
    capturedInAll: ZERO,
    ends: false,
    at,
  },
};

function tableInReadme(): { accounts: string[]; rows: Map<string, string[]> } {
  const readme = readFileSync(path.resolve(__dirname, '../../README.md'), 'utf8');
  const section = readme.split('\n## Legs\n')[1]?.split('\n## ')[0] ?? '';
  const [header = [], , ...rows] = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.slice(1, -1).split('|'))
    .map((cells) => cells.map((cell) => cell.trim()));
  return {
    accounts: header.slice(1),
    rows: new Map(rows.map(([name = '', ...signs]) => [name, signs])),
  };
}

const signsOf = (event: WalletEvent, accounts: readonly string[]): string[] =>
  accounts.map((account) => {
    const leg = legsOf(event).find((each) => each.account === account);
    return leg ? (leg.amount.gt(ZERO) ? '+' : '-') : '';
  });

describe('legs', () => {
  const table = tableInReadme();

  it('are those of the table in the README, posting by posting', () => {
    const signs = Object.entries(POSTINGS).map(([name, event]) => [
      name,
      signsOf(event, table.accounts),
    ]);
    expect(Object.fromEntries(signs)).toEqual(Object.fromEntries(table.rows));
  });

  it('name no ledger account that the table leaves out', () => {
    const posted = Object.values(POSTINGS).flatMap((event) =>
      legsOf(event).map((leg) => leg.account),
    );
    expect([...new Set(posted)].sort()).toEqual([...table.accounts].sort());
    expect(Object.keys(CHART_OF_ACCOUNTS)).toEqual(expect.arrayContaining(table.accounts));
  });

  it.each(Object.entries(POSTINGS))('of "%s" sum to zero', (_name, event) => {
    expect(wire(sum(legsOf(event).map((leg) => leg.amount)))).toBe('0');
  });
});
