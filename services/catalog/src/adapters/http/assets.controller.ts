import { Controller, Get, Param, Post } from '@nestjs/common';
import { wire } from '@kontor/money';
import {
  ApiDoc,
  created,
  Ctx,
  IdempotencyKey,
  type IdempotencyRequest,
  listExample,
  notFound,
  type RequestContext,
  RequireScope,
  ZBody,
  ZQuery,
} from '@kontor/service-host';
import { createAsset, GetQuote, quote, setRate } from '../../app/asset-use-cases';
import { AssetReads } from '../../app/ports';
import { fromRateDto, toAssetDto, toQuoteDto, toSetRateDto } from './asset.mapping';
import {
  assetExamples,
  type AssetListDto,
  type NewAssetDto,
  type QuoteDto,
  type RateDto,
  zAsset,
  zAssetItem,
  zAssetList,
  zCreatedAsset,
  zNewAsset,
  zQuote,
  zQuoteAnswer,
  zRate,
  zSetRate,
} from './asset.schemas';
import { asProblem, CatalogDesk } from './catalog-desk';
import { pageAnswer, pageRequest, zPageOf } from './lists';
import { assetCodeInPath } from './names';

const LIST = 'assets';

@Controller('assets')
export class AssetsController {
  constructor(
    private readonly desk: CatalogDesk,
    private readonly reads: AssetReads,
    private readonly quotes: GetQuote,
  ) {}

  @Post()
  @RequireScope('write')
  @ApiDoc({
    summary: 'Create an asset',
    description: 'Codes are case-insensitive. ISO 4217 currencies exist already.',
    tag: 'catalog',
    body: zNewAsset,
    bodyExample: assetExamples.body,
    responses: { 201: { schema: zCreatedAsset, example: assetExamples.created } },
    errors: ['code_taken', 'idempotency_key_reused'],
  })
  async create(
    @Ctx() ctx: RequestContext,
    @ZBody(zNewAsset) body: NewAssetDto,
    @IdempotencyKey() key: IdempotencyRequest | undefined,
  ) {
    const { code, name, precision, symbol, label, rates = [] } = body;
    const asset = { code, name, precision, symbol, label, rates: rates.map(fromRateDto) };
    const { result, positions } = await this.desk.submit(ctx, createAsset(asset), {
      key,
      status: 201,
      body,
    });
    return created({ code: result.code, created_at: result.createdAt }, positions);
  }

  @Get()
  @RequireScope('read')
  @ApiDoc({
    summary: 'List assets',
    description: 'By code.',
    tag: 'catalog',
    query: zAssetList,
    responses: { 200: { schema: zPageOf(zAssetItem), example: listExample(assetExamples.item) } },
    errors: [],
  })
  async list(@Ctx() ctx: RequestContext, @ZQuery(zAssetList) query: AssetListDto) {
    const found = await this.reads.list(ctx, query.kind, pageRequest(LIST, query));
    return pageAnswer(LIST, query, { found, toDto: ({ code, name }) => ({ code, name }) });
  }

  @Get(':code')
  @RequireScope('read')
  @ApiDoc({
    summary: 'Get an asset with its rates',
    description: 'Schedules are in the order of time; the earliest rate also covers all before it.',
    tag: 'catalog',
    responses: { 200: { schema: zAsset, example: assetExamples.asset } },
    errors: ['not_found'],
  })
  async get(@Ctx() ctx: RequestContext, @Param('code') text: string) {
    const code = assetCodeInPath(text);
    const found = (await this.reads.find(ctx, [code])).get(code);
    if (!found) throw notFound('asset');
    return toAssetDto(found);
  }

  @Post(':code/rates')
  @RequireScope('write')
  @ApiDoc({
    summary: 'Set a rate of an asset',
    description:
      'It closes the one before. One of `rate` (price of a unit in the source currency) and ' +
      '`inverse_rate` (units per unit of the source currency).',
    tag: 'catalog',
    body: zRate,
    bodyExample: assetExamples.rate,
    responses: { 201: { schema: zSetRate, example: assetExamples.rateSet } },
    errors: ['not_found', 'idempotency_key_reused'],
  })
  async setRate(
    @Ctx() ctx: RequestContext,
    @Param('code') text: string,
    @ZBody(zRate) body: RateDto,
    @IdempotencyKey() key: IdempotencyRequest | undefined,
  ) {
    const code = assetCodeInPath(text);
    const useCase = setRate({ code, rate: fromRateDto(body) });
    const { result, positions } = await this.desk.submit(ctx, useCase, { key, status: 201, body });
    return created(toSetRateDto(code, result), positions);
  }

  @Post(':code/quote')
  @RequireScope('read')
  @ApiDoc({
    summary: 'Quote an exchange into an asset',
    tag: 'catalog',
    body: zQuote,
    bodyExample: assetExamples.quote,
    responses: { 200: { schema: zQuoteAnswer, example: assetExamples.quoted } },
    errors: ['not_found', 'unknown_asset', 'rate_unknown', 'idempotency_key_reused'],
  })
  async quote(
    @Ctx() ctx: RequestContext,
    @Param('code') text: string,
    @ZBody(zQuote) body: QuoteDto,
    @IdempotencyKey() key: IdempotencyRequest | undefined,
  ) {
    const { source, amount, exchange_at: exchangeAt } = body;
    const question = { code: assetCodeInPath(text), source, amount: wire(amount), exchangeAt };
    if (!key) return toQuoteDto(await asProblem(this.quotes.ask(ctx, question)));
    const { result } = await this.desk.submit(ctx, quote(question), { key, status: 200, body });
    return toQuoteDto(result);
  }
}
