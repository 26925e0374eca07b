import { Controller, Delete, Get, Param, Patch } from '@nestjs/common';
import {
  ApiDoc,
  Ctx,
  noContent,
  notFound,
  Reply,
  type RequestContext,
  RequireScope,
  ZBody,
} from '@kontor/service-host';
import { ProductReads } from '../../app/ports';
import { archive, changeVersion } from '../../app/product-use-cases';
import type { VersionChoice } from '../../domain/product-messages';
import { CatalogDesk } from './catalog-desk';
import { versionInPath } from './names';
import { toVersionDto } from './product.mapping';
import {
  productExamples,
  type VersionPatchDto,
  zVersionAnswer,
  zVersionPatch,
} from './product.schemas';

interface VersionPath {
  readonly id: string;
  readonly version: string;
}

/** `{version}` is a number, the same as text, or `default`. */
@Controller('products/:id/:version')
export class ProductVersionsController {
  constructor(
    private readonly desk: CatalogDesk,
    private readonly reads: ProductReads,
  ) {}

  @Get()
  @RequireScope('read')
  @ApiDoc({
    summary: 'Get a version of a product',
    tag: 'catalog',
    responses: { 200: { schema: zVersionAnswer, example: productExamples.version } },
    errors: ['not_found'],
  })
  get(@Ctx() ctx: RequestContext, @Param() path: VersionPath) {
    return this.details(ctx, path.id, versionInPath(path.version));
  }

  @Patch()
  @RequireScope('write')
  @ApiDoc({
    summary: 'Publish a version, or make it the default',
    description: 'Doing what is done already succeeds.',
    tag: 'catalog',
    body: zVersionPatch,
    bodyExample: { publish: true },
    responses: { 200: { schema: zVersionAnswer, example: productExamples.version } },
    errors: [
      'not_found',
      'version_archived',
      'version_published',
      'version_is_draft',
      'version_is_default',
    ],
  })
  async change(
    @Ctx() ctx: RequestContext,
    @Param() path: VersionPath,
    @ZBody(zVersionPatch) body: VersionPatchDto,
  ) {
    const useCase = changeVersion({
      productId: path.id,
      version: versionInPath(path.version),
      publish: body.publish,
      makeDefault: body.make_default,
    });
    const { result, positions } = await this.desk.submit(ctx, useCase);
    return new Reply(await this.details(ctx, path.id, result.version), { positions });
  }

  @Delete()
  @RequireScope('write')
  @ApiDoc({
    summary: 'Archive a version of a product',
    description: 'Subscribers keep it. When it was the default there is none any more.',
    tag: 'catalog',
    responses: { 204: {} },
    errors: ['not_found'],
  })
  async remove(@Ctx() ctx: RequestContext, @Param() path: VersionPath) {
    const useCase = archive(path.id, versionInPath(path.version));
    const { positions } = await this.desk.submit(ctx, useCase);
    return noContent(positions);
  }

  private async details(ctx: RequestContext, id: string, version: VersionChoice) {
    const found = await this.reads.findVersion(ctx, id, version);
    if (!found) throw notFound('product version');
    return toVersionDto(found);
  }
}
