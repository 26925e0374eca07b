import { Controller, Param, Patch, Post } from '@nestjs/common';
import {
  ApiDoc,
  created,
  Ctx,
  IdempotencyKey,
  type IdempotencyRequest,
  Reply,
  type RequestContext,
  RequireScope,
  ZBody,
} from '@kontor/service-host';
import {
  changeSubscribedVersion,
  setSubscriptionStatus,
  subscribe,
} from '../../app/subscription-use-cases';
import { CatalogDesk } from './catalog-desk';
import { fromSubscriptionDto, toSubscriptionDto } from './customer.mapping';
import {
  customerExamples,
  type SubscriptionChangeDto,
  type SubscriptionDto,
  type VersionChangeDto,
  zSubscription,
  zSubscriptionAnswer,
  zSubscriptionChange,
  zVersionChange,
} from './customer.schemas';
import { customerName } from './names';

@Controller('customers/:id/subscriptions')
@RequireScope('write')
export class SubscriptionsController {
  constructor(private readonly desk: CatalogDesk) {}

  @Post()
  @ApiDoc({
    summary: 'Subscribe a customer to products',
    description:
      'From `starts_at`, which may be past or future, else from now on. The first subscription ' +
      'without `starts_at` also covers everything before, so that history can be sent.',
    tag: 'catalog',
    body: zSubscription,
    bodyExample: customerExamples.body.subscriptions[0],
    responses: {
      201: { schema: zSubscriptionAnswer, example: customerExamples.subscription },
    },
    errors: [
      'not_found',
      'already_subscribed',
      'unknown_product',
      'product_not_published',
      'too_many_prices',
      'idempotency_key_reused',
    ],
  })
  async create(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @ZBody(zSubscription) body: SubscriptionDto,
    @IdempotencyKey() key: IdempotencyRequest | undefined,
  ) {
    const subscription = fromSubscriptionDto(body);
    const useCase = subscribe({ customer: customerName(id), subscription });
    const { result, positions } = await this.desk.submit(ctx, useCase, { key, status: 201, body });
    return created(toSubscriptionDto(result), positions);
  }

  @Patch(':subscriptionId')
  @ApiDoc({
    summary: 'Activate or end a subscription',
    description: 'From now on; what was used before keeps its prices.',
    tag: 'catalog',
    body: zSubscriptionChange,
    bodyExample: { status: 'inactive' },
    responses: { 200: { schema: zSubscriptionAnswer, example: customerExamples.ended } },
    errors: ['not_found', 'already_subscribed', 'too_many_prices'],
  })
  async setStatus(
    @Ctx() ctx: RequestContext,
    @Param() path: { id: string; subscriptionId: string },
    @ZBody(zSubscriptionChange) body: SubscriptionChangeDto,
  ) {
    const { subscriptionId } = path;
    const customer = customerName(path.id);
    const useCase = setSubscriptionStatus({ customer, subscriptionId, status: body.status });
    const { result, positions } = await this.desk.submit(ctx, useCase);
    return new Reply(toSubscriptionDto(result), { positions });
  }

  @Patch(':subscriptionId/products/:productId')
  @ApiDoc({
    summary: 'Move a subscription to another version of a product',
    tag: 'catalog',
    body: zVersionChange,
    bodyExample: { version: 2 },
    responses: { 200: { schema: zSubscriptionAnswer, example: customerExamples.moved } },
    errors: ['not_found', 'unknown_version', 'version_not_published', 'too_many_prices'],
  })
  async changeVersion(
    @Ctx() ctx: RequestContext,
    @Param() path: { id: string; subscriptionId: string; productId: string },
    @ZBody(zVersionChange) body: VersionChangeDto,
  ) {
    const { subscriptionId, productId } = path;
    const customer = customerName(path.id);
    const useCase = changeSubscribedVersion({ customer, subscriptionId, productId, ...body });
    const { result, positions } = await this.desk.submit(ctx, useCase);
    return new Reply(toSubscriptionDto(result), { positions });
  }
}
