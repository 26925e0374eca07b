import type { Tenant } from '@kontor/contracts';
import type { Checkpoints } from '@kontor/event-log';
import { CustomerDirectory, type InternalCalls, invalid, Problem } from '@kontor/service-host';
import type { WalletKey } from '../../app/ports';
import { walletOf } from '../events/delivery';

/** How long a read waits for what its customer was already promised. */
export const WAIT_MS = 2_000;
/** Assets and customers that are known to exist; they are never removed. */
const ASSETS_MAX = 10_000;
const CUSTOMERS_MAX = 50_000;

export const notReady = (detail: string): Problem =>
  new Problem(503, 'not_ready', detail, { retryAfterSeconds: 1 });

/** Whose wallet a path means, and what the catalog says about the request. */
export class WalletAccess {
  private readonly customers: CustomerDirectory;
  private readonly assets = new Set<string>();
  /** Wallets of customers that were named by their id: no authorization waits for the catalog twice. */
  private readonly wallets = new Map<string, WalletKey>();

  constructor(
    private readonly internal: InternalCalls,
    private readonly checkpoints: Checkpoints,
  ) {
    this.customers = new CustomerDirectory(internal);
  }

  /**
   * The wallet of a customer named in a path, by id or `ext_<external id>`.
   *
   * Errors: 404 `not_found`; DependencyDown (503).
   */
  async walletOf(tenant: Tenant, customer: string): Promise<WalletKey> {
    const { customerId } = await this.customers.resolve(tenant, customer);
    return walletOf(tenant, customerId);
  }

  /** The wallet of the customer that a body names. Errors: 422 `unknown_customer`; 503. */
  async walletOfReference(
    tenant: Tenant,
    body: {
      readonly customer_id?: string | undefined;
      readonly customer_external_id?: string | undefined;
    },
  ): Promise<WalletKey> {
    const { customer_id: id, customer_external_id: externalId } = body;
    // An external id may be given to another customer; an id is one customer's for ever.
    if (id === undefined || externalId !== undefined || id.startsWith('ext_')) {
      const { customerId } = await this.customers.resolveReference(tenant, body);
      return walletOf(tenant, customerId);
    }
    const name = `${tenant.platform} ${tenant.mode} ${id}`;
    const known = this.wallets.get(name);
    if (known) return known;
    const { customerId } = await this.customers.resolveReference(tenant, body);
    const wallet = walletOf(tenant, customerId);
    if (this.wallets.size >= CUSTOMERS_MAX) this.wallets.clear();
    this.wallets.set(name, wallet);
    return wallet;
  }

  /**
   * The same, once the ledger has seen all that the catalog has answered about the customer: its
   * accounts are open then.
   *
   * Errors: as above; 503 `not_ready` after 2 s.
   */
  async walletToRead(tenant: Tenant, customer: string): Promise<WalletKey> {
    const { customerId, position } = await this.customers.resolve(tenant, customer);
    const at = { topic: 'catalog.v1', partition: 0, position };
    if (!(await this.checkpoints.waitFor('wallet-ledger.catalog', at, WAIT_MS)))
      throw notReady('The accounts of this customer are still being opened.');
    return walletOf(tenant, customerId);
  }

  /** Errors: 422 `unknown_asset`; DependencyDown (503). */
  async checkAsset(tenant: Tenant, asset: string): Promise<void> {
    const known = `${tenant.platform} ${tenant.mode} ${asset}`;
    if (this.assets.has(known)) return;
    const { codes } = await this.internal.call(
      'catalog.find-assets',
      { platform: tenant.platform, mode: tenant.mode },
      { codes: [asset] },
    );
    if (!codes.includes(asset)) throw invalid('/asset', 'unknown_asset', 'There is no such asset.');
    if (this.assets.size >= ASSETS_MAX) this.assets.clear();
    this.assets.add(known);
  }
}
