/** Which customer a query is about. */
import type { Tenant } from '@kontor/contracts';
import { Problem, type CustomerDirectory, type CustomerReference } from '@kontor/service-host';

const EXTERNAL_PREFIX = 'ext_';

/**
 * Shape:  undefined = any customer; null = one that does not exist. An id is taken as it is: rows
 *         are a tenant's own, so a strange one finds nothing.
 * Errors: 422 `customer_mismatch`; DependencyDown (503) when an external id must be looked up.
 */
export async function customerOf(
  directory: CustomerDirectory,
  tenant: Tenant,
  query: CustomerReference,
): Promise<string | null | undefined> {
  const { customer_id: id, customer_external_id: externalId } = query;
  if (externalId === undefined && !id?.startsWith(EXTERNAL_PREFIX)) return id;
  try {
    return (await directory.resolveReference(tenant, query)).customerId;
  } catch (error) {
    if (error instanceof Problem && error.code === 'unknown_customer') return null;
    throw error;
  }
}
