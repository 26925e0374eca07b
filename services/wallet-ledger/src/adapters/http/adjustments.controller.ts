import { Body, Controller, Param, Patch, Post } from '@nestjs/common';
import {
  ApiDoc,
  created,
  Ctx,
  Problem,
  type RequestContext,
  RequireScope,
  ZBody,
} from '@kontor/service-host';
import { Ledger } from '../../app/ledger';
import { adjustmentBodyExample, documented } from './wallet.documentation';
import { adjustmentFrom, bytesOf, problemOf } from './wallet.mapping';
import { type AdjustmentBody, zAdjustment } from './wallet.requests';
import { WalletAccess } from './wallet-access';

const notSupported = (what: string): Problem =>
  new Problem(422, 'not_supported', `${what} are not supported yet.`);

@Controller()
@RequireScope('write')
export class AdjustmentsController {
  constructor(
    private readonly access: WalletAccess,
    private readonly ledger: Ledger,
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
      'not_supported',
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
    return created({ id: body.transaction_id, created_at: answer.at }, [answer.address]);
  }

  @Post('customers/:customer/wallet/charges')
  @ApiDoc({
    summary: 'Charge an account (not supported yet)',
    tag: 'wallet-ledger',
    responses: {},
    errors: ['not_supported'],
  })
  charge(@Body() _body: unknown): never {
    throw notSupported('Charges');
  }

  @Patch('customers/:customer/wallet/:account')
  @ApiDoc({
    summary: 'Set the overdraft policy of an account (not supported yet)',
    tag: 'wallet-ledger',
    responses: {},
    errors: ['not_supported'],
  })
  overdraft(@Body() _body: unknown): never {
    throw notSupported('Overdraft policies');
  }

  @Post('authorizations')
  @ApiDoc({
    summary: 'Authorize an amount (not supported yet)',
    tag: 'wallet-ledger',
    responses: {},
    errors: ['not_supported'],
  })
  authorize(@Body() _body: unknown): never {
    throw notSupported('Authorizations');
  }
}
