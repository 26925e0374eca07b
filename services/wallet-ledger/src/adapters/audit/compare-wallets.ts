/** How a stored wallet differs from the one that the log gives, account by account. */
import { wire } from '@kontor/money';
import type { WalletKey } from '../../app/ports';
import { available, type Wallet } from '../../domain/wallet-state';
import { accountToRow, fromRow, holdToRow, toRow } from '../postgres/wallet.codec';
import type { Difference } from './findings';

/** The members of an account as it is stored, in their order. */
const ACCOUNT_MEMBERS = [
  'account',
  'name',
  'asset',
  'held',
  'debt incurred',
  'debt repaid',
  'grants',
  'overdraft policy',
  'scheduled grants',
] as const;
const NONE = 'none';

type Named = Pick<Difference, 'platform' | 'mode' | 'customerId'>;

/** None when the stored text is the wallet of the log, byte for byte or in an older form. */
export function walletDifferences(
  key: Pick<WalletKey, 'platform' | 'mode' | 'customerId'>,
  expected: Wallet | undefined,
  stored: string | undefined,
): Difference[] {
  const { platform, mode, customerId } = key;
  const named = { platform, mode, customerId };
  if (!expected || stored === undefined)
    return [{ ...named, what: 'wallet', ...presence(expected, stored) }];
  const text = toRow(expected);
  if (text === stored) return [];
  const found = read(stored);
  if (!found || toRow(found) === text)
    return found ? [] : [{ ...named, what: 'wallet', expected: text, found: stored }];
  const differences = [
    ...accountDifferences(named, expected, found),
    ...holdDifferences(named, expected, found),
  ];
  return differences.length > 0
    ? differences
    : [{ ...named, what: 'as of', expected: expected.asOf, found: found.asOf }];
}

const presence = (expected: Wallet | undefined, stored: string | undefined) => ({
  expected: expected ? toRow(expected) : NONE,
  found: stored ?? NONE,
});

function read(stored: string): Wallet | undefined {
  try {
    return fromRow(stored);
  } catch {
    return undefined;
  }
}

function accountDifferences(named: Named, expected: Wallet, found: Wallet): Difference[] {
  return union(expected.accounts, found.accounts).flatMap((accountId) => {
    const ours = expected.accounts.get(accountId);
    const theirs = found.accounts.get(accountId);
    const place = { ...named, accountId };
    if (!ours || !theirs)
      return [
        {
          ...place,
          what: 'account',
          expected: ours ? wire(available(ours)) : NONE,
          found: theirs ? wire(available(theirs)) : NONE,
        },
      ];
    const left = [wire(available(ours)), ...accountToRow(ours).map(textOf)];
    const right = [wire(available(theirs)), ...accountToRow(theirs).map(textOf)];
    return ['available', ...ACCOUNT_MEMBERS].flatMap((what, index) => {
      const [a = NONE, b = NONE] = [left[index], right[index]];
      return a === b ? [] : [{ ...place, what, expected: a, found: b }];
    });
  });
}

const holdDifferences = (named: Named, expected: Wallet, found: Wallet): Difference[] =>
  union(expected.holds, found.holds).flatMap((id) => {
    const [ours, theirs] = [expected.holds.get(id), found.holds.get(id)].map((hold) =>
      hold ? JSON.stringify(holdToRow(hold)) : NONE,
    );
    return ours === theirs
      ? []
      : [{ ...named, what: `authorization ${id}`, expected: ours ?? NONE, found: theirs ?? NONE }];
  });

const union = (a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): string[] => [
  ...new Set([...a.keys(), ...b.keys()]),
];

const textOf = (member: unknown): string =>
  typeof member === 'string' ? member : JSON.stringify(member);
