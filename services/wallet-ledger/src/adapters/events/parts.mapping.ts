/** Parts that several facts of the wallet share, to the wire and back. */
import type {
  Draw as DrawFact,
  Grant as GrantFact,
  Leg as LegFact,
  WalletPostedV1,
} from '@kontor/contracts';
import { decimal, wire } from '@kontor/money';
import type { DebtStretch, Draw, Grant, Take } from '../../domain/wallet-event';

export type Header = Pick<WalletPostedV1, 'platform' | 'mode' | 'key'> & {
  readonly legs: LegFact[];
};

interface TakeFact {
  grantId: string;
  amount: string;
}

export const takesToWire = (takes: readonly Take[]): TakeFact[] =>
  takes.map(({ grantId, amount }) => ({ grantId, amount: wire(amount) }));

export const takesFromWire = (takes: readonly TakeFact[]): Take[] =>
  takes.map(({ grantId, amount }) => ({ grantId, amount: decimal(amount) }));

export const stretchToWire = (stretch: DebtStretch): { from: string; amount: string } => ({
  from: wire(stretch.from),
  amount: wire(stretch.amount),
});

export const stretchFromWire = (stretch: { from: string; amount: string }): DebtStretch => ({
  from: decimal(stretch.from),
  amount: decimal(stretch.amount),
});

export const drawToWire = ({ authorizationId, held, overdraft }: Draw): DrawFact => ({
  authorizationId,
  held: takesToWire(held),
  overdraft: wire(overdraft),
});

export const drawFromWire = ({ authorizationId, held, overdraft }: DrawFact): Draw => ({
  authorizationId,
  held: takesFromWire(held),
  overdraft: decimal(overdraft),
});

export const grantToWire = (grant: Grant): GrantFact => ({
  ...grant,
  amount: wire(grant.amount),
  basis: wire(grant.basis),
});

export const grantFromWire = (grant: GrantFact): Grant => ({
  ...grant,
  amount: decimal(grant.amount),
  basis: decimal(grant.basis),
});
