import { Controller, Get, Param, Post } from '@nestjs/common';
import { type Clock, newId, type Tenant } from '@kontor/contracts';
import {
  ApiDoc,
  type ApiDocumentation,
  created,
  Ctx,
  decodeCursor,
  encodeCursor,
  IdempotencyKey,
  type IdempotencyRequest,
  notFound,
  page,
  type Page,
  Problem,
  type Reply,
  type RequestContext,
  RequireScope,
  ZBody,
  ZQuery,
} from '@kontor/service-host';
import { z } from 'zod';
import type { Vendor, Vendors } from '../../app/vendor-ports';
import {
  type CreateVendorDto,
  vendorDto,
  vendorExample,
  type VendorListDto,
  zCreateVendor,
  zVendor,
  zVendorCreated,
  zVendorList,
  zVendorPage,
} from './vendor.mapping';

const TAG = 'cost-attribution';
const CURSOR = 'vendors';
const zCursor = z.tuple([z.string()]);

/** Between requests and vendors: ids, the clock, refusals as problems, pages. */
export class VendorDesk {
  constructor(
    private readonly vendors: Vendors,
    private readonly clock: Clock,
  ) {}

  async create(
    { platform, mode }: Tenant,
    body: CreateVendorDto,
    command: IdempotencyRequest | undefined,
  ): Promise<Vendor> {
    const added = await this.vendors.add({
      platform,
      mode,
      vendorId: newId('vnd'),
      externalId: body.external_id,
      name: body.name,
      createdAt: this.clock.now(),
      command,
    });
    if (added.kind === 'added') return added.vendor;
    throw added.kind === 'external_id_taken'
      ? new Problem(409, added.kind, 'Another vendor has this external id.', {
          errors: [{ pointer: '/external_id', code: added.kind, detail: 'Taken.' }],
        })
      : new Problem(422, added.kind, 'The `Idempotency-Key` was used for another request.');
  }

  async find(tenant: Tenant, vendorId: string): Promise<Vendor> {
    const vendor = await this.vendors.find(tenant, vendorId);
    if (!vendor) throw notFound('vendor');
    return vendor;
  }

  async list({ platform, mode }: Tenant, query: VendorListDto): Promise<Page<object>> {
    const { limit, offset, cursor, external_id: externalId } = query;
    const before = cursor && decodeCursor(CURSOR, cursor, zCursor)[0];
    // One more than the page tells whether there is a next one.
    const asked = { platform, mode, externalId, before, offset, limit: limit + 1 };
    const { vendors, totalCount } = await this.vendors.list(asked);
    const shown = vendors.slice(0, limit);
    const last = vendors.length > limit ? shown.at(-1) : undefined;
    const next = last && encodeCursor(CURSOR, [last.vendorId]);
    return page(shown.map(vendorDto), totalCount, query, next);
  }
}

const createDoc: ApiDocumentation = {
  summary: 'Create a vendor',
  description: 'Whom the platform pays. Costs name it by its id or by `vendor_external_id`.',
  tag: TAG,
  body: zCreateVendor,
  bodyExample: { name: 'OpenAI', external_id: 'openai' },
  responses: {
    201: {
      schema: zVendorCreated,
      example: { id: vendorExample.id, created_at: vendorExample.created_at },
    },
  },
  errors: ['external_id_taken', 'idempotency_key_reused'],
};

@Controller()
export class VendorController {
  constructor(private readonly desk: VendorDesk) {}

  @Post('vendors')
  @RequireScope('write')
  @ApiDoc(createDoc)
  async create(
    @Ctx() ctx: RequestContext,
    @ZBody(zCreateVendor) body: CreateVendorDto,
    @IdempotencyKey() command: IdempotencyRequest | undefined,
  ): Promise<Reply> {
    const vendor = await this.desk.create(ctx, body, command);
    const { position } = vendor;
    return created({ id: vendor.vendorId, created_at: vendor.createdAt }, [
      { topic: 'cost.catalog.v1', partition: 0, position },
    ]);
  }

  /** The path that older texts print; the same in every respect. */
  @Post('events/vendors')
  @RequireScope('write')
  @ApiDoc({ ...createDoc, summary: 'Create a vendor (older path)' })
  createByOlderPath(
    @Ctx() ctx: RequestContext,
    @ZBody(zCreateVendor) body: CreateVendorDto,
    @IdempotencyKey() command: IdempotencyRequest | undefined,
  ): Promise<Reply> {
    return this.create(ctx, body, command);
  }

  @Get('vendors')
  @RequireScope('read')
  @ApiDoc({
    summary: 'List vendors, newest first',
    tag: TAG,
    query: zVendorList,
    responses: {
      200: {
        schema: zVendorPage,
        example: {
          items: [vendorExample],
          total_count: 1,
          limit: 20,
          offset: 0,
          next_cursor: null,
        },
      },
    },
    errors: ['invalid_cursor'],
  })
  list(@Ctx() ctx: RequestContext, @ZQuery(zVendorList) query: VendorListDto): Promise<object> {
    return this.desk.list(ctx, query);
  }

  @Get('vendors/:id')
  @RequireScope('read')
  @ApiDoc({
    summary: 'Get a vendor',
    tag: TAG,
    responses: { 200: { schema: zVendor, example: vendorExample } },
    errors: ['not_found'],
  })
  async find(@Ctx() ctx: RequestContext, @Param('id') id: string): Promise<object> {
    return vendorDto(await this.desk.find(ctx, id));
  }
}
