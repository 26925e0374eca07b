/** Charges as they are asked for. */
import { isDecimal, type Decimal, type ExchangeRate, wire } from '@kontor/money';
import type { Request } from '../../app/ledger-entry';
import type { WalletKey } from '../../app/ports';
import { accountIdOf } from '../../domain/wallet-command';
import type { ChargeTerms } from '../../domain/wallet-event';
import type { ChargeBody } from './authorization.requests';
import { hashOf } from './wallet.mapping';

const PRICED = [
  'input_units',
  'input_volume',
  'unit_price',
  'volume_rate',
  'package_size',
] as const;

export function chargeOf(
  wallet: WalletKey,
  body: ChargeBody,
  fiatRate: ExchangeRate | null,
): Request {
  const account = { name: body.account_name, asset: body.asset };
  const terms = termsOf(body);
  const contentHash = hashOf({
    type: 'charge',
    customer: wallet.customerId,
    account: accountIdOf(account),
    amount: wire(body.amount),
    ...terms,
  });
  return {
    kind: 'request',
    wallet,
    id: { transactionId: body.transaction_id, contentHash },
    command: {
      type: 'ChargeFunds',
      transactionId: body.transaction_id,
      account,
      amount: body.amount,
      terms,
      fiatRate,
    },
  };
}

function termsOf({ subject, description, metadata, ...body }: ChargeBody): ChargeTerms {
  const given = PRICED.map((name): [string, Decimal | undefined] => [name, body[name]]);
  const priced = given.flatMap(([name, value]) =>
    isDecimal(value) ? [[name, wire(value)] as const] : [],
  );
  return {
    ...(subject !== undefined && { subject }),
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && { metadata }),
    ...(priced.length > 0 && { priced: Object.fromEntries(priced) }),
  };
}
