import { Controller, Get, Inject, Post } from '@nestjs/common';
import {
  ApiDoc,
  Ctx,
  IdempotencyKey,
  listExample,
  notFound,
  RequireScope,
  ZBody,
  ZQuery,
  type IdempotencyRequest,
  type PageQuery,
  type RequestContext,
} from '@kontor/service-host';
import { ApiKeys } from '../../app/api-keys';
import { createdPlatformToDto, platformToDto } from './keys.mapping';
import {
  commandOf,
  EXAMPLE_KEY,
  pageOf,
  startOf,
  zCreatedPlatform,
  zListQuery,
  zNewPlatform,
  zPageOf,
  zPlatform,
  zSelf,
  type NewPlatformBody,
} from './keys.requests';
import { answering } from './refusals';

const TAG = 'ingestion-gateway';
const EXAMPLE = {
  id: 'acc_4rjb887sb1h4j2m0hdjmh49gdg',
  name: 'Glitch',
  created_at: '2026-01-05T14:32:18.000000Z',
};

@Controller()
export class PlatformsController {
  constructor(@Inject(ApiKeys) private readonly keys: ApiKeys) {}

  @Get('accounts/self')
  @RequireScope('read')
  @ApiDoc({
    summary: 'Tell whose key this is',
    tag: TAG,
    responses: {
      200: {
        schema: zSelf,
        example: {
          account_id: EXAMPLE.id,
          environment: 'live',
          org_id: EXAMPLE.id,
          name: EXAMPLE.name,
        },
      },
    },
  })
  async self(@Ctx() { platform: id, mode }: RequestContext) {
    const platform = await this.keys.platform(id);
    if (!platform) throw notFound('account');
    // A platform is its own organisation: accounts under a common one do not exist yet.
    return { account_id: id, environment: mode, org_id: id, name: platform.name };
  }

  @Post('admin/platforms')
  @RequireScope('admin')
  @ApiDoc({
    summary: 'Create a platform with a live and a test key, shown once',
    tag: TAG,
    body: zNewPlatform,
    bodyExample: { name: EXAMPLE.name },
    responses: {
      201: {
        schema: zCreatedPlatform,
        example: { ...EXAMPLE, keys: { live: EXAMPLE_KEY.secret, test: EXAMPLE_KEY.secret } },
      },
    },
    errors: ['idempotency_key_reused'],
  })
  async create(
    @Ctx() context: RequestContext,
    @ZBody(zNewPlatform) { name }: NewPlatformBody,
    @IdempotencyKey() key: IdempotencyRequest | undefined,
  ) {
    const created = this.keys.createPlatform(name, commandOf(context, key));
    return createdPlatformToDto(await answering(created));
  }

  @Get('admin/platforms')
  @RequireScope('admin')
  @ApiDoc({
    summary: 'List platforms',
    tag: TAG,
    query: zListQuery,
    responses: { 200: { schema: zPageOf(zPlatform), example: listExample(EXAMPLE) } },
    errors: ['invalid_cursor'],
  })
  async list(@ZQuery(zListQuery) query: PageQuery) {
    const listed = await this.keys.platforms(startOf('platforms', query));
    return pageOf('platforms', listed, { query, toDto: platformToDto });
  }
}
