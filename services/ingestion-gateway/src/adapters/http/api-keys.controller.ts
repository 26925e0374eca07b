import { Controller, Delete, Get, Inject, Param, Post } from '@nestjs/common';
import {
  ApiDoc,
  Ctx,
  IdempotencyKey,
  listExample,
  noContent,
  notFound,
  RequireScope,
  ZBody,
  ZQuery,
  type IdempotencyRequest,
  type PageQuery,
  type Reply,
  type RequestContext,
} from '@kontor/service-host';
import { ApiKeys } from '../../app/api-keys';
import { issuedKeyToDto, keyToDto, rotatedKeyToDto } from './keys.mapping';
import {
  commandOf,
  EXAMPLE_KEY,
  pageOf,
  startOf,
  zIssuedKey,
  zKey,
  zListQuery,
  zNewKey,
  zPageOf,
  zRotatedKey,
  zRotation,
  type NewKeyBody,
  type RotationBody,
} from './keys.requests';
import { answering } from './refusals';

const TAG = 'ingestion-gateway';
const { secret: _shownOnce, ...LISTED_KEY } = EXAMPLE_KEY;

@Controller('api-keys')
export class ApiKeysController {
  constructor(@Inject(ApiKeys) private readonly keys: ApiKeys) {}

  @Post()
  @RequireScope('write')
  @ApiDoc({
    summary: 'Create an API key; its secret is shown once',
    tag: TAG,
    body: zNewKey,
    bodyExample: { name: EXAMPLE_KEY.name, scopes: EXAMPLE_KEY.scopes },
    responses: { 201: { schema: zIssuedKey, example: EXAMPLE_KEY } },
    errors: ['missing_scope', 'idempotency_key_reused'],
  })
  async create(
    @Ctx() context: RequestContext,
    @ZBody(zNewKey) { name, mode, scopes }: NewKeyBody,
    @IdempotencyKey() key: IdempotencyRequest | undefined,
  ) {
    const order = { name: name ?? null, mode, scopes: [...new Set(scopes)] };
    const issued = this.keys.issue(context, order, commandOf(context, key));
    return issuedKeyToDto(await answering(issued));
  }

  @Get()
  @RequireScope('read')
  @ApiDoc({
    summary: 'List the API keys of this platform and mode',
    tag: TAG,
    query: zListQuery,
    responses: { 200: { schema: zPageOf(zKey), example: listExample(LISTED_KEY) } },
    errors: ['invalid_cursor'],
  })
  async list(@Ctx() context: RequestContext, @ZQuery(zListQuery) query: PageQuery) {
    const listed = await this.keys.list(context, startOf('api-keys', query));
    return pageOf('api-keys', listed, { query, toDto: keyToDto });
  }

  @Post(':id/rotate')
  @RequireScope('write')
  @ApiDoc({
    summary: 'Give a key another secret',
    tag: TAG,
    body: zRotation,
    bodyExample: { grace_seconds: 3600 },
    responses: {
      200: {
        schema: zRotatedKey,
        example: { ...EXAMPLE_KEY, previous_expires_at: '2026-01-05T15:32:18.000000Z' },
      },
    },
    errors: ['not_found', 'missing_scope', 'idempotency_key_reused'],
  })
  async rotate(
    @Ctx() context: RequestContext,
    @Param('id') id: string,
    @ZBody(zRotation) { grace_seconds: graceSeconds }: RotationBody,
    @IdempotencyKey() key: IdempotencyRequest | undefined,
  ) {
    const options = { graceSeconds, command: commandOf(context, key) };
    const rotated = await answering(this.keys.rotate(context, id, options));
    if (!rotated) throw notFound('API key');
    return rotatedKeyToDto(rotated);
  }

  @Delete(':id')
  @RequireScope('write')
  @ApiDoc({
    summary: 'Revoke an API key at once',
    tag: TAG,
    responses: { 204: {} },
    errors: ['not_found', 'missing_scope'],
  })
  async revoke(@Ctx() context: RequestContext, @Param('id') id: string): Promise<Reply> {
    if (!(await answering(this.keys.revoke(context, id)))) throw notFound('API key');
    return noContent();
  }
}
