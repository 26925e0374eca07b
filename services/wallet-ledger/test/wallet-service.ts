/** The wallet ledger as it runs, over HTTP, with a catalog that knows every customer and asset. */
import { newId, newUuid, type UsageRated } from '@kontor/contracts';
import { buildRecords } from '@kontor/event-log';
import { type Json, openTestService, type TestService } from '@kontor/testkit';
import { walletLedgerService } from '../src';
import { Statements } from '../src/adapters/http/transactions.controller';
import { WalletReads } from '../src/adapters/postgres/wallet-reads';

export class WalletService {
  private constructor(
    readonly service: TestService,
    private readonly customers: Set<string>,
  ) {}

  static async open(clock?: { now(): string }): Promise<WalletService> {
    const customers = new Set<string>();
    const service = await openTestService(walletLedgerService, {
      ...(clock && { clock }),
      owners: ['catalog', 'rating'],
      answers: {
        'catalog.resolve-customers': ({ platform }, { customerIds }) => ({
          head: 0,
          customers: customerIds
            .filter((id) => platform === 'acc_test' && customers.has(id))
            .map((customerId) => ({ customerId, externalId: null, position: 0 })),
        }),
        'catalog.find-assets': (_tenant, { codes }) => ({ codes }),
      },
    });
    return new WalletService(service, customers);
  }

  get api() {
    return this.service.api;
  }

  get database() {
    return this.service.runtime.database;
  }

  customer(): string {
    const id = newId('cust');
    this.customers.add(id);
    return id;
  }

  /** Answers the transaction id. */
  async topUp(customer: string, amount: unknown, more: object = {}): Promise<string> {
    const id = newUuid();
    const answer = await this.api.create(`/customers/${customer}/wallet/adjustments`, {
      transaction_id: id,
      asset: 'USD',
      amount,
      reason: 'external_topup',
      ...more,
    });
    if (answer['id'] !== id) throw new Error(JSON.stringify(answer));
    return id;
  }

  /** Debits the fees of this usage, as rating would have priced it. */
  async debit(...usage: UsageRated[]): Promise<void> {
    const cause = { topic: 'usage.recorded.v1', partition: 0, position: 1 };
    const { database, log } = this.service.owner('rating');
    const records = buildRecords('rating.rated.v1', usage, cause);
    const positions = await database.transaction((tx) => log.append(tx, records));
    log.committed(positions);
    for (const at of positions)
      if (!(await this.service.runtime.checkpoints.waitFor('wallet-ledger.fees', at, 20_000)))
        throw new Error('the fees were not debited');
  }

  /** Resolves when statements and books show all that is in the log. */
  async statementsMade(): Promise<void> {
    const { log, checkpoints } = this.service.runtime;
    for (const head of await log.heads('wallet.posted.v1'))
      if (!(await checkpoints.waitFor('wallet-ledger.statements', head, 20_000)))
        throw new Error('the statements were not made');
  }

  /** The statements without HTTP. */
  statements(): Statements {
    const { checkpoints } = this.service.runtime;
    return new Statements(this.database, { checkpoints, reads: new WalletReads(this.database) });
  }

  wallet(customer: string, query = ''): Promise<Json> {
    return this.api.read(`/customers/${customer}/wallet${query}`);
  }

  stop(): Promise<void> {
    return this.service.stop();
  }
}
