import { Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import {
  ApiDoc,
  created,
  Ctx,
  IdempotencyKey,
  type IdempotencyRequest,
  listExample,
  noContent,
  notFound,
  Reply,
  type RequestContext,
  RequireScope,
  ZBody,
  ZQuery,
} from '@kontor/service-host';
import { changeCustomer, createCustomer, erasePersonalData } from '../../app/customer-use-cases';
import { CustomerReads } from '../../app/ports';
import { CatalogDesk } from './catalog-desk';
import { fromSubscriptionDto, toCreatedDto, toCustomerDto, toSummaryDto } from './customer.mapping';
import {
  type CustomerChangeDto,
  customerExamples,
  type CustomerListDto,
  type NewCustomerDto,
  zCreatedCustomer,
  zCustomer,
  zCustomerChange,
  zCustomerList,
  zCustomerSummary,
  zNewCustomer,
} from './customer.schemas';
import { pageAnswer, pageRequest, zPageOf } from './lists';
import { customerName } from './names';
import { notSupportedAt } from './problems.mapping';

const LIST = 'customers';

@Controller('customers')
export class CustomersController {
  constructor(
    private readonly desk: CatalogDesk,
    private readonly reads: CustomerReads,
  ) {}

  @Post()
  @RequireScope('write')
  @ApiDoc({
    summary: 'Create a customer',
    description: 'With its subscriptions, if any: all of them, or nothing.',
    tag: 'catalog',
    body: zNewCustomer,
    bodyExample: customerExamples.body,
    responses: { 201: { schema: zCreatedCustomer, example: customerExamples.created } },
    errors: [
      'external_id_taken',
      'already_subscribed',
      'unknown_product',
      'product_not_published',
      'too_many_prices',
      'idempotency_key_reused',
      'not_supported',
    ],
  })
  async create(
    @Ctx() ctx: RequestContext,
    @ZBody(zNewCustomer) body: NewCustomerDto,
    @IdempotencyKey() key: IdempotencyRequest | undefined,
  ) {
    if (body.external_accounts?.length) throw notSupportedAt('external_accounts');
    const { name, email, metadata, external_id: externalId, subscriptions = [] } = body;
    const useCase = createCustomer({
      externalId,
      details: { name, email, metadata },
      subscriptions: subscriptions.map(fromSubscriptionDto),
    });
    const { result, positions } = await this.desk.submit(ctx, useCase, { key, status: 201, body });
    return created(toCreatedDto(result), positions);
  }

  @Get()
  @RequireScope('read')
  @ApiDoc({
    summary: 'List customers',
    description: 'Newest first. Names and e-mail addresses are found whole, in any case.',
    tag: 'catalog',
    query: zCustomerList,
    responses: {
      200: { schema: zPageOf(zCustomerSummary), example: listExample(customerExamples.summary) },
    },
    errors: [],
  })
  async list(@Ctx() ctx: RequestContext, @ZQuery(zCustomerList) query: CustomerListDto) {
    const { customer_id: id, email, name, status } = query;
    const customer = id === undefined ? undefined : customerName(id);
    // The same by the name that it has where a customer is only referred to.
    const externalIds = [query.external_id, query.customer_external_id];
    const filter = { customer, externalIds, email, name, status };
    const found = await this.reads.list(ctx, filter, pageRequest(LIST, query));
    return pageAnswer(LIST, query, { found, toDto: toSummaryDto });
  }

  @Get(':id')
  @RequireScope('read')
  @ApiDoc({
    summary: 'Get a customer',
    tag: 'catalog',
    responses: { 200: { schema: zCustomer, example: customerExamples.customer } },
    errors: ['not_found'],
  })
  async get(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    return this.details(ctx, id);
  }

  @Patch(':id')
  @RequireScope('write')
  @ApiDoc({
    summary: 'Change a customer',
    description: 'What is left out stays as it is.',
    tag: 'catalog',
    body: zCustomerChange,
    bodyExample: customerExamples.change,
    responses: { 200: { schema: zCustomer, example: customerExamples.customer } },
    errors: ['not_found', 'external_id_taken'],
  })
  async change(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @ZBody(zCustomerChange) body: CustomerChangeDto,
  ) {
    const { name, email, metadata, external_id: externalId } = body;
    const details = { name, email, metadata };
    const useCase = changeCustomer({ customer: customerName(id), externalId, details });
    const { result, positions } = await this.desk.submit(ctx, useCase, { status: 200, body });
    return new Reply(await this.details(ctx, result.customerId), { positions });
  }

  @Delete(':id/personal-data')
  @RequireScope('write')
  @ApiDoc({
    summary: 'Erase what names a person',
    description:
      'Name, e-mail address and metadata, also in answers kept for repeated requests. Usage, ' +
      'money and the external id stay.',
    tag: 'catalog',
    responses: { 204: {} },
    errors: ['not_found'],
  })
  async erase(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    const { positions } = await this.desk.submit(ctx, erasePersonalData(customerName(id)));
    return noContent(positions);
  }

  private async details(ctx: RequestContext, id: string) {
    const found = await this.reads.find(ctx, customerName(id));
    if (!found) throw notFound('customer');
    return toCustomerDto(found);
  }
}
