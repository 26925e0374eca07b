/**
 * Who a request means by a customer: its id, its external id, or `ext_<external id>` where an id
 * is taken. The catalog answers, so a customer made a moment ago is known.
 */
import type { Tenant } from '@kontor/contracts';
import { invalid, notFound } from './problem';
import type { InternalCalls } from '../runtime';

export interface KnownCustomer {
  readonly customerId: string;
  readonly externalId: string | null;
  /** Position of the newest fact about this customer in `catalog.v1`. */
  readonly position: number;
}

/** As bodies and queries name a customer. */
export interface CustomerReference {
  readonly customer_id?: string | undefined;
  readonly customer_external_id?: string | undefined;
}

const EXTERNAL_PREFIX = 'ext_';

export class CustomerDirectory {
  constructor(private readonly internal: InternalCalls) {}

  /**
   * The customer named in a path.
   *
   * Errors: 404 `not_found`; DependencyDown (503) when the catalog does not answer.
   */
  async resolve(tenant: Tenant, idOrExternal: string): Promise<KnownCustomer> {
    const [customer] = await this.find(tenant, { customer_id: idOrExternal });
    if (!customer) throw notFound('customer');
    return customer;
  }

  /**
   * The customer named in a body or a query; `at` is the pointer of the object that names it.
   *
   * Errors: 422 `customer_required`, `unknown_customer`, `customer_mismatch`; DependencyDown (503).
   */
  async resolveReference(
    tenant: Tenant,
    reference: CustomerReference,
    at = '',
  ): Promise<KnownCustomer> {
    const { customer_id: id, customer_external_id: externalId } = reference;
    if (id === undefined && externalId === undefined)
      throw invalid(
        `${at}/customer_id`,
        'customer_required',
        'Name the customer by `customer_id` or `customer_external_id`.',
      );
    const found = await this.find(tenant, reference);
    const known = found.find(meantBy(reference));
    if (known) return known;
    const both = id !== undefined && externalId !== undefined;
    if (both && found.length > 1)
      throw invalid(
        `${at}/customer_external_id`,
        'customer_mismatch',
        '`customer_id` and `customer_external_id` name different customers.',
      );
    // Of two names the one that nobody was found by.
    const idIsFine = id === undefined || found.some(meantBy({ customer_id: id }));
    const field = idIsFine ? 'customer_external_id' : 'customer_id';
    throw invalid(`${at}/${field}`, 'unknown_customer', 'There is no such customer.');
  }

  private async find(
    tenant: Tenant,
    reference: CustomerReference,
  ): Promise<readonly KnownCustomer[]> {
    const names = namesOf(reference);
    const { customers } = await this.internal.call('catalog.resolve-customers', tenant, names);
    return customers;
  }
}

function meantBy(reference: CustomerReference): (customer: KnownCustomer) => boolean {
  const { customerIds, externalIds } = namesOf(reference);
  return ({ customerId, externalId }) =>
    customerIds.every((id) => customerId === id) && externalIds.every((id) => externalId === id);
}

function namesOf(reference: CustomerReference): { customerIds: string[]; externalIds: string[] } {
  const customerIds: string[] = [];
  const externalIds: string[] = [];
  const { customer_id: id, customer_external_id: externalId } = reference;
  if (id?.startsWith(EXTERNAL_PREFIX)) externalIds.push(id.slice(EXTERNAL_PREFIX.length));
  else if (id !== undefined) customerIds.push(id);
  if (externalId !== undefined) externalIds.push(externalId);
  return { customerIds, externalIds };
}
