import { tenantId } from './wallet-key';
import type { DecidedTransaction } from './ports';

/** A few minutes of adjustments; behind it stands the primary key. */
const WINDOW_MAX = 20_000;

/** Values by transaction id; a tenant never sees another's. */
export class ByTransactionId<Value> {
  private readonly tenants = new Map<string, Map<string, Value>>();

  get(tenant: string, transactionId: string): Value | undefined {
    return this.tenants.get(tenant)?.get(transactionId);
  }

  set(tenant: string, transactionId: string, value: Value): void {
    const known = this.tenants.get(tenant);
    if (known) known.set(transactionId, value);
    else this.tenants.set(tenant, new Map([[transactionId, value]]));
  }

  delete(tenant: string, transactionId: string): void {
    const known = this.tenants.get(tenant);
    known?.delete(transactionId);
    if (known?.size === 0) this.tenants.delete(tenant);
  }
}

/** The transaction ids decided last, so that a quick repeat is answered without the database. */
export class TransactionWindow {
  readonly decided = new ByTransactionId<DecidedTransaction>();
  /** Oldest first: which one goes when the window is full. */
  private readonly order = new Map<DecidedTransaction, true>();

  constructor(private readonly max = WINDOW_MAX) {}

  add(transaction: DecidedTransaction): void {
    this.decided.set(tenantId(transaction), transaction.transactionId, transaction);
    this.order.set(transaction, true);
    for (const oldest of this.order.keys()) {
      if (this.order.size <= this.max) break;
      this.order.delete(oldest);
      this.decided.delete(tenantId(oldest), oldest.transactionId);
    }
  }
}
