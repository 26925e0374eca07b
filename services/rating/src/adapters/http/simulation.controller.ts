import { Controller, Param, Post } from '@nestjs/common';
import type { Tenant } from '@kontor/contracts';
import {
  ApiDoc,
  Ctx,
  CustomerDirectory,
  type InternalCalls,
  invalid,
  notFound,
  Problem,
  type RequestContext,
  RequireScope,
  ZBody,
} from '@kontor/service-host';
import type { Catalog, ProductVersions } from '../../app/ports';
import { simulate } from '../../app/simulate-usage.query';
import type { Simulation } from '../../domain/simulate';
import {
  eventAnswerDto,
  feeDto,
  type SimulationDto,
  simulationExample,
  usageOf,
  zSimulation,
  zSimulationAnswer,
} from './simulation.mapping';

/** A version in a path: a positive integer, also as text, or `default`. */
const VERSION = /^[1-9]\d{0,8}$/;

/** Asks the catalog how far it is, and prices with rating's copy once it is there. */
export class Simulator {
  private readonly customers: CustomerDirectory;

  constructor(
    private readonly internal: InternalCalls,
    private readonly parts: { readonly catalog: Catalog; readonly versions: ProductVersions },
  ) {
    this.customers = new CustomerDirectory(internal);
  }

  async run(
    tenant: Tenant,
    product: { readonly id: string; readonly version: string },
    body: SimulationDto,
  ): Promise<readonly Simulation[]> {
    const version = versionOf(product.version);
    await this.checkCustomer(tenant, body);
    const { head } = await this.internal.call('catalog.resolve-customers', tenant, {
      customerIds: [],
      externalIds: [],
    });
    const { platform, mode } = tenant;
    const query = { platform, mode, productId: product.id, version };
    const answer = await simulate(
      { ...query, catalogHead: head, usage: body.events.map(usageOf) },
      this.parts,
    );
    if (answer.kind === 'version_not_found') throw notFound('product version');
    if (answer.kind === 'too_many_events')
      throw invalid('/events', 'too_big', `At most ${answer.eventsMax} events for so many prices.`);
    if (answer.kind === 'behind')
      throw new Problem(503, 'not_ready', 'The prices are not here yet.', {
        retryAfterSeconds: 1,
      });
    return answer.simulations;
  }

  // A price depends on no customer yet, so it is enough that there is such a one.
  private async checkCustomer(tenant: Tenant, body: SimulationDto): Promise<void> {
    if (body.customer_id !== undefined || body.customer_external_id !== undefined)
      await this.customers.resolveReference(tenant, body);
  }
}

function versionOf(text: string): number | 'default' {
  if (text === 'default') return text;
  if (!VERSION.test(text)) throw notFound('product version');
  return Number(text);
}

@Controller()
export class SimulationController {
  constructor(private readonly simulator: Simulator) {}

  @Post('products/:id/:version/simulate-usage')
  @RequireScope('read')
  @ApiDoc({
    summary: 'Price usage without booking it',
    description:
      'Takes the events of `POST /events` and answers the fees that they would get from this' +
      ' version of the product, published or draft, with a trace of what was compared.',
    tag: 'rating',
    body: zSimulation,
    bodyExample: simulationExample.body,
    responses: { 200: { schema: zSimulationAnswer, example: simulationExample.answer } },
    errors: ['not_found', 'unknown_customer', 'customer_mismatch', 'not_ready'],
  })
  async simulate(
    @Ctx() ctx: RequestContext,
    @Param() product: { id: string; version: string },
    @ZBody(zSimulation) body: SimulationDto,
  ) {
    const simulations = await this.simulator.run(ctx, product, body);
    const each = body.events.flatMap((event, at) => {
      const simulation = simulations[at];
      return simulation ? [{ event, simulation }] : [];
    });
    return {
      fees: each.flatMap(({ event, simulation }) =>
        simulation.fees.map((fee) => feeDto(event, fee)),
      ),
      warnings: each.flatMap(({ event, simulation }) =>
        simulation.warnings.map((warning) => `event ${event.id}: ${warning}`),
      ),
      events: each.map(({ event, simulation }) => eventAnswerDto(event, simulation)),
    };
  }
}
