import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import {
  ApiDoc,
  created,
  Ctx,
  listExample,
  noContent,
  notFound,
  type PageQuery,
  type RequestContext,
  RequireScope,
  ZBody,
  zPage,
  ZQuery,
} from '@kontor/service-host';
import { ProductReads } from '../../app/ports';
import { archive, createProduct, draftVersion } from '../../app/product-use-cases';
import { CatalogDesk } from './catalog-desk';
import { pageAnswer, pageRequest, zPageOf } from './lists';
import { notSupportedAt, tooLarge } from './problems.mapping';
import {
  fromVersionDto,
  toMadeDto,
  toProductDto,
  toSubscriberDto,
  toSummaryDto,
} from './product.mapping';
import {
  type NewProductDto,
  type NewVersionDto,
  productExamples,
  type ProductListDto,
  zMadeVersion,
  zNewProduct,
  zNewVersion,
  zProduct,
  zProductList,
  zProductSummary,
  zSubscriber,
} from './product.schemas';
import { Sent, type SentRequest } from './sent-request';

const LIST = 'products';
const SUBSCRIBERS = 'subscribers';
/** Rating keeps whole price lists in memory. */
const PRODUCT_BYTES_MAX = 200 * 1024;

@Controller('products')
export class ProductsController {
  constructor(
    private readonly desk: CatalogDesk,
    private readonly reads: ProductReads,
  ) {}

  @Post()
  @RequireScope('write')
  @ApiDoc({
    summary: 'Create a product with its first version',
    tag: 'catalog',
    body: zNewProduct,
    bodyExample: productExamples.body,
    responses: { 201: { schema: zMadeVersion, example: productExamples.made } },
    errors: ['code_taken', 'request_too_large', 'not_supported', 'idempotency_key_reused'],
  })
  async create(
    @Ctx() ctx: RequestContext,
    @ZBody(zNewProduct) body: NewProductDto,
    @Sent() { key, bytes }: SentRequest,
  ) {
    checkProduct(body, bytes);
    const { code, name, description } = body;
    const useCase = createProduct({ code, name, description, ...fromVersionDto(body) });
    const { result, positions } = await this.desk.submit(ctx, useCase, { key, status: 201, body });
    return created(toMadeDto(result), positions);
  }

  @Post(':id')
  @RequireScope('write')
  @ApiDoc({
    summary: "Create a product's next version",
    description: 'It moves no subscriber and is not the default by itself.',
    tag: 'catalog',
    body: zNewVersion,
    bodyExample: { prices: productExamples.body.prices, publish: true },
    responses: { 201: { schema: zMadeVersion, example: productExamples.next } },
    errors: [
      'not_found',
      'product_archived',
      'request_too_large',
      'not_supported',
      'idempotency_key_reused',
    ],
  })
  async draft(
    @Ctx() ctx: RequestContext,
    @Param('id') productId: string,
    @ZBody(zNewVersion) body: NewVersionDto,
    @Sent() { key, bytes }: SentRequest,
  ) {
    checkProduct(body, bytes);
    const useCase = draftVersion({ productId, ...fromVersionDto(body) });
    const { result, positions } = await this.desk.submit(ctx, useCase, { key, status: 201, body });
    return created(toMadeDto(result), positions);
  }

  @Get()
  @RequireScope('read')
  @ApiDoc({
    summary: 'List products',
    description: 'Newest first, without archived ones.',
    tag: 'catalog',
    query: zProductList,
    responses: {
      200: { schema: zPageOf(zProductSummary), example: listExample(productExamples.summary) },
    },
    errors: [],
  })
  async list(@Ctx() ctx: RequestContext, @ZQuery(zProductList) query: ProductListDto) {
    const found = await this.reads.list(ctx, { code: query.code }, pageRequest(LIST, query));
    return pageAnswer(LIST, query, { found, toDto: toSummaryDto });
  }

  @Get(':id')
  @RequireScope('read')
  @ApiDoc({
    summary: 'Get a product with its default version',
    tag: 'catalog',
    responses: { 200: { schema: zProduct, example: productExamples.product } },
    errors: ['not_found'],
  })
  async get(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    const found = await this.reads.find(ctx, id);
    if (!found) throw notFound('product');
    return toProductDto(found);
  }

  @Get(':id/subscribers')
  @RequireScope('read')
  @ApiDoc({
    summary: 'List the subscriptions to a product',
    description: 'Newest first, of all versions, ended ones too.',
    tag: 'catalog',
    query: zPage,
    responses: {
      200: { schema: zPageOf(zSubscriber), example: listExample(productExamples.subscriber) },
    },
    errors: ['not_found'],
  })
  async subscribers(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @ZQuery(zPage) query: PageQuery,
  ) {
    const found = await this.reads.subscribers(ctx, id, pageRequest(SUBSCRIBERS, query));
    if (!found) throw notFound('product');
    return pageAnswer(SUBSCRIBERS, query, { found, toDto: toSubscriberDto(id) });
  }

  @Delete(':id')
  @RequireScope('write')
  @ApiDoc({
    summary: 'Archive a product',
    description: 'Subscribers keep theirs; nobody new can have it. Its code stays taken.',
    tag: 'catalog',
    responses: { 204: {} },
    errors: ['not_found'],
  })
  async remove(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    const { positions } = await this.desk.submit(ctx, archive(id));
    return noContent(positions);
  }
}

function checkProduct({ entitlements }: NewVersionDto, bytes: number): void {
  if (bytes > PRODUCT_BYTES_MAX) throw tooLarge();
  if (entitlements?.length) throw notSupportedAt('entitlements');
}
