/** `rating.price-usage`: what other services ask before usage has happened. */
import type { InternalOperations, Tenant } from '@kontor/contracts';
import { wire } from '@kontor/money';
import { DependencyDown, type InternalCalls } from '@kontor/service-host';
import type { Catalog } from '../../app/ports';
import { priceFor } from '../../app/price-usage.query';
import type { Fee, FeeAlternative } from '../../domain/rate-usage';
import { shownDimensions } from './simulation.mapping';
import { optional } from '../events/rated-facts.mapping';

type Operation = InternalOperations['rating.price-usage'];
type FeeAnswer = Operation['response']['fees'][number];

export function servePriceUsage(internal: InternalCalls, catalog: Catalog): void {
  internal.serve('rating.price-usage', async (tenant, request) => {
    const answer = await priceFor(
      {
        customer: { platform: tenant.platform, mode: tenant.mode, customerId: request.customerId },
        usage: {
          eventType: request.eventType,
          occurredAt: request.at,
          description: undefined,
          data: request.data,
          hasCosts: false,
        },
        catalogHead: await headFor(internal, tenant, request.customerId),
      },
      catalog,
    );
    if (answer.kind === 'behind') throw new DependencyDown('rating');
    const { fees, unratedReason } = answer.rated;
    return {
      fees: fees.map(feeAnswer),
      // Usage that brings no costs is never `cost_only`.
      ...(unratedReason !== undefined && unratedReason !== 'cost_only' && { unratedReason }),
    };
  });
}

/** All that the catalog has answered so far, about the customer and its prices. */
async function headFor(
  internal: InternalCalls,
  tenant: Tenant,
  customerId: string,
): Promise<number> {
  const { head, customers } = await internal.call('catalog.resolve-customers', tenant, {
    customerIds: [customerId],
    externalIds: [],
  });
  // A customer may be newer than the head, which the catalog reads first.
  return customers.reduce((most, { position }) => Math.max(most, position), head);
}

function feeAnswer(fee: Fee): FeeAnswer {
  const dimensions = shownDimensions(fee);
  return {
    productId: fee.productId,
    productCode: fee.productCode,
    productVersion: fee.productVersion,
    priceId: fee.priceId,
    priceName: fee.priceName,
    usageType: fee.usageType,
    ...(fee.volumeField !== undefined && { volumeField: fee.volumeField }),
    ...(dimensions !== undefined && { dimensions }),
    alternatives: fee.alternatives.map(alternativeAnswer),
  };
}

const alternativeAnswer = (one: FeeAlternative): FeeAnswer['alternatives'][number] => ({
  asset: one.asset,
  amount: wire(one.amount),
  ...optional('inputVolume', one.inputVolume),
  ...optional('volumeRate', one.volumeRate),
  ...optional('packageSize', one.packageSize),
  ...optional('units', one.units),
  ...optional('unitPrice', one.unitPrice),
  description: one.description,
});
