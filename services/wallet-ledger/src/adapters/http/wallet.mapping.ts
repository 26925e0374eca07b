/** Wallets, grants and transactions as they are answered, and adjustments as they are asked for. */
import { hash } from 'node:crypto';
import { newId } from '@kontor/contracts';
import { decimal, wire, ZERO } from '@kontor/money';
import { canonicalJson, invalid, Problem } from '@kontor/service-host';
import type { Request, RequestRejection } from '../../app/ledger-entry';
import type { WalletKey } from '../../app/ports';
import { accountIdOf, type AccountName } from '../../domain/wallet-command';
import { type Account, available } from '../../domain/wallet-state';
import type { StatementRow } from '../postgres/statement-lines';
import type { GrantRow } from '../postgres/wallet-reads';
import { holdProblemOf } from './hold-problems';
import type { AdjustmentBody } from './wallet.requests';

/** `Default:usd` -> `default:USD`; the asset stands behind the last colon. */
export function accountIdFromPath(text: string): string {
  const colon = text.lastIndexOf(':');
  return accountIdOf({ name: text.slice(0, Math.max(colon, 0)), asset: assetIn(text, colon) });
}

const assetIn = (text: string, colon: number): string => text.slice(colon + 1).toUpperCase();

export const accountToDto = (account: Account) => ({
  id: account.accountId,
  name: account.name,
  asset: account.asset,
  available: available(account),
  held: account.held,
  // Real money that is on its way to or from the account: top-ups and payouts bring it.
  pending_in: ZERO,
  pending_out: ZERO,
  overdraft: account.overdraft,
});

/** A grant with what is left of it; a lot with nothing left is not in the account any more. */
export function grantToDto(row: GrantRow, account: Account) {
  const free = account.lots.filter((lot) => lot.available.gt(ZERO));
  const place = free.findIndex((lot) => lot.grantId === row.grantId);
  return {
    id: row.grantId,
    purpose: row.purpose,
    amount: decimal(row.amount),
    available: free[place]?.available ?? ZERO,
    effective_at: row.effectiveAt,
    expires_at: row.expiresAt,
    created_at: row.createdAt,
    burn_position: place < 0 ? null : place + 1,
  };
}

export function transactionToDto(row: StatementRow) {
  const lots = JSON.parse(row.lots) as { grantId: string; amount: string }[];
  return {
    id: row.transactionId,
    type: row.type,
    account_id: row.accountId,
    asset: row.asset,
    amount: decimal(row.amount),
    balance: decimal(row.balance),
    description: row.description,
    subject: row.subject,
    event_id: row.eventId,
    lots: lots.map(({ grantId, amount }) => ({ grant_id: grantId, amount: decimal(amount) })),
    metadata: row.metadata === null ? null : (JSON.parse(row.metadata) as unknown),
    created_at: row.createdAt,
    executed_at: row.createdAt,
  };
}

/** The command, with the hash by which a repeat is told from another use of the same id. */
export function adjustmentFrom(wallet: WalletKey, body: AdjustmentBody): Request {
  checkInstants(body);
  const account: AccountName = { name: body.account_name, asset: body.asset };
  const { amount, reason, description, metadata } = body;
  return {
    kind: 'request',
    wallet,
    command: {
      type: 'AdjustFunds',
      transactionId: body.transaction_id,
      account,
      amount,
      reason,
      grantId: newId('grt'),
      ...(description !== undefined && { description }),
      ...(metadata !== undefined && { metadata }),
      ...(body.effective_at !== undefined && { effectiveAt: body.effective_at }),
      ...(body.expires_at !== undefined && { expiresAt: body.expires_at }),
    },
    id: {
      transactionId: body.transaction_id,
      contentHash: hashOf({
        type: 'adjustment',
        customer: wallet.customerId,
        account: accountIdOf(account),
        amount: wire(amount),
        reason,
        description: description ?? null,
        metadata: metadata ?? null,
        // Left out when not given, so that ids used before these fields existed still match.
        ...(body.effective_at !== undefined && { effectiveAt: body.effective_at }),
        ...(body.expires_at !== undefined && { expiresAt: body.expires_at }),
      }),
    },
  };
}

/** Errors: 422 `does_not_apply`: only a credit makes a grant, which has instants. */
function checkInstants({ amount, effective_at, expires_at }: AdjustmentBody): void {
  if (amount.gt(ZERO)) return;
  for (const [name, instant] of Object.entries({ effective_at, expires_at }))
    if (instant !== undefined)
      throw invalid(`/${name}`, 'does_not_apply', 'Only an amount above 0 makes a grant.');
}

/** Half of SHA-256 tells contents apart as well as the whole, in half the room. */
const HASH_BYTES = 16;

export const hashOf = (content: object): string =>
  hash('sha256', canonicalJson(content), 'buffer').subarray(0, HASH_BYTES).toString('base64url');

/** Rough size in the queue; only metadata makes a command much larger than the others. */
const COMMAND_BYTES = 2_000;
export function bytesOf({ command }: Request): number {
  const terms = 'terms' in command ? command.terms : command;
  return 'metadata' in terms && terms.metadata
    ? COMMAND_BYTES + JSON.stringify(terms.metadata).length
    : COMMAND_BYTES;
}

export function problemOf(rejection: RequestRejection): Problem {
  switch (rejection.code) {
    case 'insufficient_funds': {
      const { code, ...extensions } = rejection;
      return new Problem(402, code, 'The account has less available than requested.', {
        extensions,
      });
    }
    case 'transaction_id_reused':
      return new Problem(
        409,
        rejection.code,
        'This transaction id was used before, with other content.',
      );
    case 'too_many_grants':
      return new Problem(
        409,
        rejection.code,
        `An account has at most ${rejection.limit} grants with something left.`,
      );
    case 'too_many_accounts':
      return new Problem(409, rejection.code, `A wallet has at most ${rejection.limit} accounts.`);
    case 'amount_zero':
      return new Problem(422, rejection.code, 'An amount of 0 changes nothing.');
    case 'grant_expired':
      return invalid('/expires_at', rejection.code, 'The grant expires before it can be used.');
    default:
      return holdProblemOf(rejection);
  }
}
