/**
 * Which partition a wallet command belongs to, so that one process of the ledger has its customer's
 * wallet in memory. Only for speed: any process may take any command, locks keep it right.
 *
 * Shape: undefined where nothing names a customer that is known here; the processes take turns then.
 */
import { isId, type Tenant } from '@kontor/contracts';
import { partitionOf } from '@kontor/event-log';
import type { KnownReferences } from '../../app/ports';
import type { ForwardedRequest } from './forwarded-request';

const PLACED_SERVICE = 'wallet-ledger';
const EXTERNAL = 'ext_';
/** About 200 bytes each. */
const REMEMBERED_MAX = 20_000;

export interface PlacementParts {
  readonly customers: Pick<KnownReferences, 'find'>;
  readonly partitions: number;
}

export class Placement {
  /** Customers by external id, authorizations that clients named: both may be forgotten. */
  private readonly remembered = new Map<string, number>();

  constructor(private readonly parts: PlacementParts) {}

  async of(tenant: Tenant, forwarded: ForwardedRequest): Promise<number | undefined> {
    if (forwarded.route.service !== PLACED_SERVICE) return undefined;
    const { customer, authorization } = forwarded.request.params as Readonly<
      Record<string, string | undefined>
    >;
    if (customer !== undefined) return this.ofCustomer(tenant, customer);
    if (authorization !== undefined) return this.ofAuthorization(tenant, authorization);
    const { method } = forwarded.request;
    return method === 'POST' ? this.ofNewAuthorization(tenant, forwarded.json) : undefined;
  }

  private async ofNewAuthorization(
    tenant: Tenant,
    body: Readonly<Record<string, unknown>>,
  ): Promise<number | undefined> {
    const { id, customer_id: customerId, customer_external_id: externalId } = body;
    const reference =
      typeof externalId === 'string' ? `${EXTERNAL}${externalId}` : textOf(customerId);
    const place = reference === undefined ? undefined : await this.ofCustomer(tenant, reference);
    if (typeof id === 'string' && place !== undefined)
      this.remember(authorizationKey(tenant, id), place);
    return place;
  }

  /** Ids that the ledger makes fall into their customer's partition themselves. */
  private ofAuthorization(tenant: Tenant, id: string): number | undefined {
    const known = id.toLowerCase();
    return isId('auth', known)
      ? partitionOf(known, this.parts.partitions)
      : this.remembered.get(authorizationKey(tenant, known));
  }

  private async ofCustomer(tenant: Tenant, reference: string): Promise<number | undefined> {
    const { partitions, customers } = this.parts;
    if (!reference.startsWith(EXTERNAL)) return partitionOf(reference, partitions);
    const key = `${tenant.platform}/${tenant.mode}/${reference}`;
    const known = this.remembered.get(key);
    if (known !== undefined) return known;
    const externalIds = [reference.slice(EXTERNAL.length)];
    // A view that does not answer must not stop a command that its owner can take.
    const [found] = await customers.find(tenant, { ids: [], externalIds }).catch(() => []);
    if (!found) return undefined;
    const place = partitionOf(found.id, partitions);
    this.remember(key, place);
    return place;
  }

  private remember(key: string, place: number): void {
    this.remembered.set(key, place);
    if (this.remembered.size <= REMEMBERED_MAX) return;
    const [oldest = ''] = this.remembered.keys();
    this.remembered.delete(oldest);
  }
}

const authorizationKey = ({ platform, mode }: Tenant, id: string): string =>
  `${platform}/${mode}/authorization/${id.toLowerCase()}`;

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
