import { Controller, Get, Param } from '@nestjs/common';
import {
  ApiDoc,
  Ctx,
  periodOf,
  type RequestContext,
  RequireScope,
  zName,
  zPage,
  zPeriod,
  zPeriodFrom,
  zPeriodTo,
  ZQuery,
} from '@kontor/service-host';
import { z } from 'zod';
import { StatsDesk } from './stats-desk';
import {
  statsExample,
  zCustomersStats,
  zCustomerStats,
  zStats,
  zVendorStats,
} from './stats.mapping';

const TAG = 'profitability-projection';

type PeriodDto = z.infer<typeof zPeriod>;

const zCustomersQuery = zPage.omit({ cursor: true }).extend({
  period_from: zPeriodFrom.optional(),
  period_to: zPeriodTo.optional(),
  order: z
    .enum(['margin', 'revenue', 'cost'])
    .default('revenue')
    .meta({ description: 'Largest revenue or cost first; worst margin first.' }),
});
type CustomersDto = z.infer<typeof zCustomersQuery>;

const zVendorQuery = zPeriod.extend({ category: zName.optional() });
type VendorDto = z.infer<typeof zVendorQuery>;

const zSubjectQuery = zPeriod.extend({
  customer_id: z.string().min(1).max(512).optional(),
  customer_external_id: zName.optional(),
});
type SubjectDto = z.infer<typeof zSubjectQuery>;

const zProductStats = z.object({ id: z.string(), ...zStats.shape });
const zSubjectStats = z.object({ subject: z.string(), ...zStats.shape });

const PRODUCT_ID = 'prp_42b28p940qcq31r7amf2729snb';
const VENDOR_ID = 'vnd_4rcmsv3fagtvha1j05q4fymsmw';
const customerExample = { id: 'cust_4zrjbt38gmpb55h95ygp38sp40', ...statsExample };

/** Profitability of customers, products, vendors and subjects, over all time or a period. */
@Controller()
@RequireScope('read')
export class StatsController {
  constructor(private readonly desk: StatsDesk) {}

  @Get('customers/stats')
  @ApiDoc({
    summary: 'Compare the profitability of all customers',
    description: 'Customers that did something in the period, and the sum over all of them.',
    tag: TAG,
    query: zCustomersQuery,
    responses: {
      200: {
        schema: zCustomersStats,
        example: {
          summary: statsExample,
          period_from: '2026-01-01',
          period_to: '2026-01-31',
          items: [
            {
              id: customerExample.id,
              external_id: 'acme',
              name: 'Acme Corp',
              events: 1,
              stats: statsExample,
            },
          ],
          total_count: 1,
          limit: 20,
          offset: 0,
        },
      },
    },
    errors: ['invalid_period'],
  })
  customers(@Ctx() ctx: RequestContext, @ZQuery(zCustomersQuery) query: CustomersDto) {
    return this.desk.customers(ctx, query, periodOf(query));
  }

  @Get('customers/:id/stats')
  @ApiDoc({
    summary: 'Get the profitability of a customer',
    tag: TAG,
    query: zPeriod,
    responses: { 200: { schema: zCustomerStats, example: customerExample } },
    errors: ['not_found', 'invalid_period'],
  })
  customer(@Ctx() ctx: RequestContext, @Param('id') id: string, @ZQuery(zPeriod) query: PeriodDto) {
    return this.desk.customer(ctx, id, periodOf(query));
  }

  @Get('products/:id/stats')
  @ApiDoc({
    summary: 'Get the profitability of a product',
    description:
      'With its part of shared costs: those of events with several fees, and those of events' +
      ' without fees that have the subject of its fees.',
    tag: TAG,
    query: zPeriod,
    responses: { 200: { schema: zProductStats, example: { id: PRODUCT_ID, ...statsExample } } },
    errors: ['not_found', 'invalid_period'],
  })
  product(@Ctx() ctx: RequestContext, @Param('id') id: string, @ZQuery(zPeriod) query: PeriodDto) {
    return this.desk.product(ctx, id, periodOf(query));
  }

  @Get('vendors/:id/stats')
  @ApiDoc({
    summary: 'Get what a vendor costs, by category',
    tag: TAG,
    query: zVendorQuery,
    responses: {
      200: {
        schema: zVendorStats,
        example: {
          id: VENDOR_ID,
          total_costs: 0.16,
          currency: 'USD',
          categories: [{ category: null, cost: 0.16 }],
        },
      },
    },
    errors: ['not_found', 'invalid_period'],
  })
  vendor(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @ZQuery(zVendorQuery) query: VendorDto,
  ) {
    return this.desk.vendor(ctx, id, periodOf(query), query.category);
  }

  @Get('subjects/:subject/stats')
  @ApiDoc({
    summary: 'Get the profitability of a subject',
    description: 'Everything sent about a task or outcome, of one customer or of all.',
    tag: TAG,
    query: zSubjectQuery,
    responses: {
      200: { schema: zSubjectStats, example: { subject: 'video_854734', ...statsExample } },
    },
    errors: ['not_found', 'invalid_period', 'customer_mismatch'],
  })
  subject(
    @Ctx() ctx: RequestContext,
    @Param('subject') subject: string,
    @ZQuery(zSubjectQuery) query: SubjectDto,
  ) {
    return this.desk.subject(ctx, subject, query, periodOf(query));
  }
}
