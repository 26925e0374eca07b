import type { Tenant } from '@kontor/contracts';
import type { InternalCalls } from '../runtime';
import {
  CustomerDirectory,
  type CustomerReference,
  type KnownCustomer,
} from './customer-directory';
import type { Problem } from './problem';

const KNOWN: readonly KnownCustomer[] = [
  { customerId: 'cust_a', externalId: 'a/1', position: 1 },
  { customerId: 'cust_b', externalId: null, position: 2 },
];

/** The catalog's side of the question. */
const catalog = {
  call: (
    _operation: string,
    _tenant: Tenant,
    { customerIds, externalIds }: { customerIds: string[]; externalIds: string[] },
  ) =>
    Promise.resolve({
      head: 2,
      customers: KNOWN.filter(
        ({ customerId, externalId }) =>
          customerIds.includes(customerId) ||
          (externalId !== null && externalIds.includes(externalId)),
      ),
    }),
} as unknown as InternalCalls;

const tenant: Tenant = { platform: 'acc_1', mode: 'live' };
const directory = new CustomerDirectory(catalog);

describe('the customer that a request means', () => {
  it.each<[CustomerReference, string]>([
    [{ customer_id: 'cust_a' }, 'cust_a'],
    [{ customer_id: 'ext_a/1' }, 'cust_a'],
    [{ customer_external_id: 'a/1' }, 'cust_a'],
    [{ customer_id: 'cust_a', customer_external_id: 'a/1' }, 'cust_a'],
  ])('is found by %j', async (reference, customerId) => {
    expect(await directory.resolveReference(tenant, reference)).toMatchObject({ customerId });
  });

  it.each<[CustomerReference, string, string]>([
    [{}, 'customer_id', 'customer_required'],
    [{ customer_id: 'cust_z' }, 'customer_id', 'unknown_customer'],
    [{ customer_id: 'ext_z' }, 'customer_id', 'unknown_customer'],
    [{ customer_external_id: 'z' }, 'customer_external_id', 'unknown_customer'],
    [
      { customer_id: 'cust_a', customer_external_id: 'z' },
      'customer_external_id',
      'unknown_customer',
    ],
    [{ customer_id: 'cust_z', customer_external_id: 'a/1' }, 'customer_id', 'unknown_customer'],
    [
      { customer_id: 'cust_b', customer_external_id: 'a/1' },
      'customer_external_id',
      'customer_mismatch',
    ],
  ])('is missed in %j at /batch/%s: %s', async (reference, field, code) => {
    const problem: Problem = await directory
      .resolveReference(tenant, reference, '/batch')
      .then(() => Promise.reject(new Error('somebody was found')))
      .catch((error: Problem) => error);
    expect(problem).toMatchObject({
      code,
      options: { errors: [{ pointer: `/batch/${field}`, code }] },
    });
  });
});
