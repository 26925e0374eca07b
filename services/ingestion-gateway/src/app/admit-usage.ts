/**
 * From a checked submission to usages whose customers and vendors are known.
 *
 * Errors: DependencyDown (503) when a name is unknown here and its owner does not answer.
 */
import type { Tenant } from '@kontor/contracts';
import type { CustomerReference } from '../domain/cloud-event';
import type { Refusal } from '../domain/refusal';
import type { Submission, SubmittedItem } from '../domain/submission';
import type { AdmittedUsage, CatalogHeads } from './ports';
import type { Directory, Reference, Resolver } from './resolver';

/** An item that may be accepted, or why not. */
export type AdmittedItem =
  | { readonly ok: true; readonly usage: AdmittedUsage }
  | { readonly ok: false; readonly refusal: Refusal };

/** One per item; or the refusal of all, because they are of a customer whom nobody knows. */
export type Admission =
  | { readonly ok: true; readonly items: readonly AdmittedItem[] }
  | { readonly ok: false; readonly refusal: Refusal };

export class AdmitUsage {
  constructor(
    private readonly customers: Resolver,
    private readonly vendors: Resolver,
  ) {}

  async admit(tenant: Tenant, submission: Submission): Promise<Admission> {
    const { items } = submission;
    if (items.every(({ checked }) => !checked.ok))
      return { ok: true, items: items.map((item) => refusedAlready(item)) };
    const [customers, vendors] = await Promise.all([
      this.customers.resolve(tenant, customersOf(submission)),
      this.vendors.resolve(tenant, vendorsOf(items)),
    ]);
    const refusal = submission.customer && unknownCustomer(submission.customer, customers);
    if (refusal) return { ok: false, refusal };
    const heads = { catalog: customers.head, costCatalog: vendors.head };
    const admission = { tenant, customers, vendors, heads };
    return { ok: true, items: items.map((item) => admitItem(item, admission)) };
  }
}

interface AdmissionContext {
  readonly tenant: Tenant;
  readonly customers: Directory;
  readonly vendors: Directory;
  readonly heads: CatalogHeads;
}

function admitItem(item: SubmittedItem, context: AdmissionContext): AdmittedItem {
  if (!item.checked.ok) return item.checked;
  const customerId = context.customers.idOf(referenceTo(item.customer));
  if (customerId === undefined)
    return { ok: false, refusal: noSuchCustomer(item.customer.pointer) };
  const { event } = item.checked;
  const vendorIds: string[] = [];
  for (const [index, { vendor }] of event.costs.entries()) {
    const { vendorId, externalId } = vendor;
    const id = context.vendors.idOf({ id: vendorId, externalId });
    if (id === undefined) return { ok: false, refusal: noSuchVendor(item, index) };
    vendorIds.push(id);
  }
  const { tenant, heads } = context;
  return { ok: true, usage: { tenant, customerId, vendorIds, event, heads } };
}

const refusedAlready = ({ checked, pointer }: SubmittedItem): AdmittedItem =>
  checked.ok ? { ok: false, refusal: noSuchCustomer(pointer) } : checked;

function* customersOf({ items, customer }: Submission): Iterable<Reference> {
  if (customer) yield referenceTo(customer);
  else for (const item of items) if (item.checked.ok) yield referenceTo(item.customer);
}

function* vendorsOf(items: readonly SubmittedItem[]): Iterable<Reference> {
  for (const { checked } of items)
    if (checked.ok)
      for (const { vendor } of checked.event.costs)
        yield { id: vendor.vendorId, externalId: vendor.externalId };
}

const referenceTo = ({ customerId, externalId }: CustomerReference): Reference => ({
  id: customerId,
  externalId,
});

function unknownCustomer(customer: CustomerReference, directory: Directory): Refusal | undefined {
  if (directory.idOf(referenceTo(customer)) !== undefined) return undefined;
  const { customerId, externalId, pointer } = customer;
  const areBothKnown =
    customerId !== undefined &&
    externalId !== undefined &&
    directory.idOf({ id: customerId }) !== undefined &&
    directory.idOf({ externalId }) !== undefined;
  return areBothKnown
    ? { pointer, code: 'customer_mismatch', detail: 'The two name different customers.' }
    : noSuchCustomer(pointer);
}

const noSuchCustomer = (pointer: string): Refusal => ({
  pointer,
  code: 'unknown_customer',
  detail: 'There is no such customer.',
});

function noSuchVendor({ pointer, checked }: SubmittedItem, index: number): Refusal {
  const isById = checked.ok && checked.event.costs[index]?.vendor.vendorId !== undefined;
  return {
    pointer: `${pointer}/costs/${index}/${isById ? 'vendor_id' : 'vendor_external_id'}`,
    code: 'unknown_vendor',
    detail: 'There is no such vendor.',
  };
}
