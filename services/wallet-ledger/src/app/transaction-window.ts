import { tenantId } from './wallet-key';
import type { DecidedTransaction } from './ports';

/** A few minutes of adjustments; behind it stands the primary key. */
const WINDOW_MAX = 20_000;

interface Remembered {
  readonly tenant: string;
  readonly transaction: DecidedTransaction;
}

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
  /** A ring; `next` is the oldest once it is full. A Map would walk past all that it forgot. */
  private readonly ring: Remembered[] = [];
  private next = 0;

  constructor(private readonly max = WINDOW_MAX) {}

  /** `tenant` = its tenant's id, where that is at hand: ids are not put together again. */
  add(transaction: DecidedTransaction, tenant = tenantId(transaction)): void {
    const oldest = this.ring[this.next];
    if (oldest) this.forget(oldest);
    this.ring[this.next] = { tenant, transaction };
    this.next = (this.next + 1) % this.max;
    this.decided.set(tenant, transaction.transactionId, transaction);
  }

  /** Unless its id was answered again since, and is younger by that. */
  private forget({ tenant, transaction }: Remembered): void {
    const { transactionId } = transaction;
    if (this.decided.get(tenant, transactionId) === transaction)
      this.decided.delete(tenant, transactionId);
  }
}
