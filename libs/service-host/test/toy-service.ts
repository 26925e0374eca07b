/** A service with every kind of route, to try the host with. */
import path from 'node:path';
import {
  Controller,
  Delete,
  Get,
  Headers,
  Module,
  Param,
  Post,
  type DynamicModule,
} from '@nestjs/common';
import { z } from 'zod';
import { QueueFull, QueueStopped } from '@kontor/event-sourcing';
import { decimal, type Decimal } from '@kontor/money';
import type { FieldError, IdempotencyRequest, PageQuery, RequestContext } from '../src';
import {
  ApiDoc,
  BodyFlaws,
  created,
  Ctx,
  decodeCursor,
  DependencyDown,
  encodeCursor,
  HotRoute,
  IdempotencyKey,
  JsonBody,
  KeepsFlaws,
  noContent,
  page,
  periodOf,
  type PeriodQuery,
  Reply,
  RequireScope,
  type ServiceDefinition,
  zAssetCode,
  ZBody,
  zDescription,
  zExactAmount,
  zInstant,
  zMetadata,
  zName,
  zPage,
  zPeriod,
  ZQuery,
  zUuid,
} from '../src';

export const zThing = z.object({
  name: zName,
  amount: zExactAmount,
  asset: zAssetCode.optional(),
  at: zInstant.optional(),
  ref: zUuid.optional(),
  description: zDescription.optional(),
  metadata: zMetadata.optional(),
  parts: z.array(z.object({ 'a/b': z.number() })).optional(),
  kind: z.union([z.object({ a: z.string() }), z.object({ b: z.number() })]).optional(),
});

interface Thing {
  readonly name: string;
  readonly amount: Decimal;
}

const zList = zPage.extend(zPeriod.shape).extend({ name: zName.optional() });
type ListQuery = PageQuery & PeriodQuery & { readonly name?: string };

const positions = [
  { topic: 'toy.v1', partition: 3, position: 7 },
  { topic: 'toy.v1', partition: 1, position: 5 },
  { topic: 'toy.v1', partition: 3, position: 9 },
];

@Controller('things')
@RequireScope('write')
export class ToyController {
  @Post()
  @ApiDoc({
    summary: 'Make a thing',
    tag: 'toy',
    body: zThing,
    bodyExample: { name: 'One', amount: '1.50' },
    responses: { 201: { schema: zThing, example: { name: 'One', amount: decimal('1.5') } } },
    errors: ['code_taken'],
  })
  make(@Ctx() { platform, mode }: RequestContext, @ZBody(zThing) body: Thing): Reply {
    return created({ platform, mode, ...body, gone: undefined }, positions);
  }

  @Get()
  @RequireScope('read')
  @ApiDoc({ summary: 'List things', tag: 'toy', query: zList, responses: { 200: {} } })
  list(@ZQuery(zList) query: ListQuery): object {
    if (query.cursor !== undefined)
      decodeCursor('things', query.cursor, z.tuple([z.string(), z.int()]));
    const period = periodOf(query);
    return { ...page([period], 1, query, encodeCursor('things', ['a', 1])), name: query.name };
  }

  @Get('amounts')
  @RequireScope('read')
  amounts(): object {
    return { tiny: decimal('0.0000025'), sum: decimal('0.1').plus(decimal('0.2')), count: 3 };
  }

  @Get('fail/:how')
  @RequireScope('read')
  fail(@Param('how') how: string): never {
    throw FAILURES[how] ?? new Error(`secret detail about ${how}`);
  }

  @Post('batch')
  @KeepsFlaws()
  @ApiDoc({ summary: 'Take many', tag: 'toy', responses: { 202: {} } })
  batch(@JsonBody() body: unknown, @BodyFlaws() flaws: readonly FieldError[]): object {
    return { body, flaws };
  }

  @Post('keyed')
  @ApiDoc({ summary: 'Be repeatable', tag: 'toy', responses: { 200: {} } })
  keyed(
    @IdempotencyKey() key: IdempotencyRequest | undefined,
    @JsonBody() _body: unknown,
  ): IdempotencyRequest | object {
    return key ?? {};
  }

  @Post(':id/void')
  @ApiDoc({ summary: 'Void a thing', tag: 'toy', responses: { 200: {} } })
  void(@Param('id') id: string): object {
    return { id };
  }

  @Get(':id')
  @RequireScope('read')
  one(@Param('id') id: string): object {
    return { id };
  }

  @Delete(':id')
  remove(): Reply {
    return noContent(positions);
  }
}

interface Made {
  readonly id: string;
  readonly context: RequestContext;
  readonly body: Thing;
  readonly agent: string | undefined;
}

function madeFor({ id, context: { platform, mode }, body, agent }: Made): Reply {
  const failure = FAILURES[id];
  if (failure) throw failure;
  return created({ id, platform, mode, agent, ...body }, positions);
}

const POST_TWIN = { summary: 'Make a twin', tag: 'toy', body: zThing, responses: { 201: {} } };

/** Two routes that differ in nothing but that Nest stands before one of them. */
@Controller('twins')
@RequireScope('write')
export class TwinController {
  @Post('cold/:id')
  @ApiDoc(POST_TWIN)
  cold(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @ZBody(zThing) body: Thing,
    @Headers() headers: Readonly<Record<string, string>>,
  ): Promise<Reply> {
    return Promise.resolve().then(() => madeFor({ id, context, body, agent: headers['x-agent'] }));
  }

  @Post('hot/:id')
  @HotRoute()
  @ApiDoc(POST_TWIN)
  hot(
    @Param('id') id: string,
    @Ctx() context: RequestContext,
    @ZBody(zThing) body: Thing,
    @Headers() headers: Readonly<Record<string, string>>,
  ): Promise<Reply> {
    return this.cold(id, context, body, headers);
  }

  @Post('hot-at-once/:id')
  @HotRoute()
  @ApiDoc({ ...POST_TWIN, body: z.object({}) })
  hotAtOnce(@Param('id') id: string): object {
    const failure = FAILURES[id];
    if (failure) throw failure;
    return { id };
  }
}

const pgError = (code: string): Error => Object.assign(new Error('pg'), { code });

const FAILURES: Readonly<Record<string, Error>> = {
  full: new QueueFull(),
  stopping: new QueueStopped(),
  dependency: new DependencyDown('catalog'),
  database: pgError('57P01'),
  refused: pgError('ECONNREFUSED'),
};

@Module({})
class ToyModule {
  static of(): DynamicModule {
    return { module: ToyModule, controllers: [ToyController, TwinController] };
  }
}

export const toyService: ServiceDefinition = {
  name: 'toy',
  migrationsDir: path.join(__dirname, 'no-migrations'),
  module: () => ToyModule.of(),
};

export { Reply };
