import { Controller, Param, Patch, Post } from '@nestjs/common';
import {
  ApiDoc,
  created,
  Ctx,
  notFound,
  Reply,
  type RequestContext,
  RequireScope,
  ZBody,
} from '@kontor/service-host';
import { Ledger } from '../../app/ledger';
import { WalletReads } from '../postgres/wallet-reads';
import { type ChargeBody, type OverdraftBody, zCharge, zOverdraft } from './authorization.requests';
import { CatalogRates } from './catalog-rates';
import { chargeOf } from './charge.mapping';
import { adjustmentBodyExample, chargeBodyExample, documented } from './wallet.documentation';
import {
  accountIdFromPath,
  accountToDto,
  adjustmentFrom,
  bytesOf,
  problemOf,
} from './wallet.mapping';
import { type AdjustmentBody, zAdjustment } from './wallet.requests';
import { WalletAccess } from './wallet-access';

@Controller()
@RequireScope('write')
export class AdjustmentsController {
  constructor(
    private readonly access: WalletAccess,
    private readonly ledger: Ledger,
    private readonly reads: WalletReads,
    private readonly rates: CatalogRates,
  ) {}

  @Post('customers/:customer/wallet/adjustments')
  @ApiDoc({
    summary: 'Credit or debit an account by hand',
    description:
      'An amount above 0 is a grant; one below 0 is taken whole or answered 402. The same' +
      ' `transaction_id` with the same content gets the first answer again.',
    tag: 'wallet-ledger',
    body: zAdjustment,
    bodyExample: adjustmentBodyExample,
    responses: { 201: documented.adjustment },
    errors: [
      'insufficient_funds',
      'not_found',
      'transaction_id_reused',
      'too_many_grants',
      'too_many_accounts',
      'unknown_asset',
      'amount_zero',
      'does_not_apply',
      'grant_expired',
    ],
  })
  async adjust(
    @Ctx() ctx: RequestContext,
    @Param('customer') customer: string,
    @ZBody(zAdjustment) body: AdjustmentBody,
  ) {
    const wallet = await this.access.walletOf(ctx, customer);
    await this.access.checkAsset(ctx, body.asset);
    const adjustment = adjustmentFrom(wallet, body);
    const answer = await this.ledger.request(adjustment, bytesOf(adjustment));
    if (answer.kind === 'rejected') throw problemOf(answer.rejection);
    if (answer.kind === 'unchanged') throw new Error('an adjustment changed nothing');
    return created({ id: body.transaction_id, created_at: answer.at }, [answer.address]);
  }

  @Post('customers/:customer/wallet/charges')
  @ApiDoc({
    summary: 'Charge an account: an ad-hoc fee',
    description: 'Taken whole or answered 402. Counts as revenue of the customer and the subject.',
    tag: 'wallet-ledger',
    body: zCharge,
    bodyExample: chargeBodyExample,
    responses: { 201: documented.adjustment },
    errors: ['insufficient_funds', 'not_found', 'transaction_id_reused', 'unknown_asset'],
  })
  async charge(
    @Ctx() ctx: RequestContext,
    @Param('customer') customer: string,
    @ZBody(zCharge) body: ChargeBody,
  ) {
    const wallet = await this.access.walletOf(ctx, customer);
    await this.access.checkAsset(ctx, body.asset);
    const charge = chargeOf(wallet, body, await this.rates.now(ctx, body.asset));
    const answer = await this.ledger.request(charge, bytesOf(charge));
    if (answer.kind === 'rejected') throw problemOf(answer.rejection);
    if (answer.kind === 'unchanged') throw new Error('a charge changed nothing');
    return created({ id: body.transaction_id, created_at: answer.at }, [answer.address]);
  }

  @Patch('customers/:customer/wallet/:account')
  @ApiDoc({
    summary: 'Set the overdraft policy of an account',
    description:
      'How far usage may take it below zero: `unlimited`, `limit`, or `none`. What is beyond is' +
      ' never collected.',
    tag: 'wallet-ledger',
    body: zOverdraft,
    bodyExample: { overdraft: { mode: 'limit', limit: 5 } },
    responses: { 200: documented.account },
    errors: ['not_found', 'not_ready'],
  })
  async overdraft(
    @Ctx() ctx: RequestContext,
    @Param() path: { customer: string; account: string },
    @ZBody(zOverdraft) { overdraft }: OverdraftBody,
  ) {
    const wallet = await this.access.walletToRead(ctx, path.customer);
    const accountId = accountIdFromPath(path.account);
    const command = { type: 'SetOverdraft', accountId, overdraft } as const;
    const request = { kind: 'request', wallet, command } as const;
    const answer = await this.ledger.request(request, bytesOf(request));
    if (answer.kind === 'rejected') throw problemOf(answer.rejection);
    const account = (await this.reads.wallet(wallet)).accounts.get(accountId);
    if (!account) throw notFound('account');
    return new Reply(accountToDto(account), {
      positions: answer.kind === 'accepted' ? [answer.address] : [],
    });
  }
}
