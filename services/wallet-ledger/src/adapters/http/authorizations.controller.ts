import { Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import {
  ApiDoc,
  Ctx,
  HotRoute,
  IdempotencyKey,
  type IdempotencyRequest,
  type RequestContext,
  ReadsOwnRows,
  RequireScope,
  ZBody,
} from '@kontor/service-host';
import { AuthorizationDesk } from './authorization-desk';
import { authorizationDocs, authorizationExample } from './authorization.documentation';
import {
  type AuthorizationBody,
  type CaptureBody,
  zAuthorization,
  zCapture,
} from './authorization.requests';

export const AUTHORIZATION_DESK = Symbol('AuthorizationDesk');

@Controller('authorizations')
export class AuthorizationsController {
  constructor(@Inject(AUTHORIZATION_DESK) private readonly desk: AuthorizationDesk) {}

  @Post()
  @HotRoute()
  @RequireScope('write')
  @ApiDoc({
    summary: 'Authorize an amount: hold it, or say that it is not there',
    description:
      'The same `id` with the same content gets the first answer again. `available` is what a' +
      ' capture may still take. With `event_type` and `data` the amount is what the usage would cost' +
      ' the customer now, and `fees` shows how it comes about; usage that is free is authorized' +
      ' with an amount of 0.',
    tag: 'wallet-ledger',
    body: zAuthorization,
    bodyExample: authorizationExample,
    responses: { 201: authorizationDocs },
    errors: [
      'insufficient_funds',
      'authorization_id_reused',
      'too_many_authorizations',
      'unknown_asset',
      'authorization_mixed_assets',
      'idempotency_key_reused',
      'dependency_down',
    ],
  })
  authorize(
    @Ctx() ctx: RequestContext,
    @ZBody(zAuthorization) body: AuthorizationBody,
    @IdempotencyKey() key: IdempotencyRequest | undefined,
  ) {
    return this.desk.authorize(ctx, body, key);
  }

  @Get(':authorization')
  @ReadsOwnRows()
  @RequireScope('read')
  @ApiDoc({
    summary: 'Show an authorization',
    tag: 'wallet-ledger',
    responses: { 200: authorizationDocs },
    errors: ['not_found'],
  })
  authorization(@Ctx() ctx: RequestContext, @Param('authorization') id: string) {
    return this.desk.show(ctx, id.toLowerCase());
  }

  @Post(':authorization/capture')
  @HotRoute()
  @HttpCode(200)
  @RequireScope('write')
  @ApiDoc({
    summary: 'Capture from an authorization',
    description:
      'Without `amount` all that is left, for good; with it `final` says whether the rest goes' +
      ' back. A capture is a charge: no usage is sent for it.',
    tag: 'wallet-ledger',
    body: zCapture,
    bodyExample: { amount: 1.5, final: true },
    responses: { 200: authorizationDocs },
    errors: [
      'not_found',
      'capture_exceeds_hold',
      'authorization_captured',
      'authorization_voided',
      'authorization_expired',
      'idempotency_key_reused',
    ],
  })
  capture(
    @Ctx() ctx: RequestContext,
    @Param('authorization') id: string,
    @ZBody(zCapture) body: CaptureBody,
    @IdempotencyKey() key: IdempotencyRequest | undefined,
  ) {
    return this.desk.capture(ctx, { id: id.toLowerCase(), key }, body);
  }

  @Post(':authorization/void')
  @HotRoute()
  @HttpCode(200)
  @RequireScope('write')
  @ApiDoc({
    summary: 'Void an authorization: what is left goes back',
    tag: 'wallet-ledger',
    responses: { 200: authorizationDocs },
    errors: [
      'not_found',
      'authorization_captured',
      'authorization_voided',
      'authorization_expired',
      'idempotency_key_reused',
    ],
  })
  void(
    @Ctx() ctx: RequestContext,
    @Param('authorization') id: string,
    @IdempotencyKey() key: IdempotencyRequest | undefined,
  ) {
    return this.desk.void(ctx, { id: id.toLowerCase(), key });
  }
}
