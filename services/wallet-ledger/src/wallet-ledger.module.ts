import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { ServiceRuntime } from '@kontor/service-host';
import { CatalogConsumer, PRODUCT_VERSIONS } from './adapters/events/catalog.consumer';
import { FeesConsumer } from './adapters/events/fees.consumer';
import { StatementsConsumer, StatementsFold } from './adapters/events/statements.consumer';
import { AdjustmentsController } from './adapters/http/adjustments.controller';
import { Statements, TransactionsController } from './adapters/http/transactions.controller';
import { Books, TrialBalanceController } from './adapters/http/trial-balance.controller';
import { WalletAccess } from './adapters/http/wallet-access';
import { CLOCK, WalletsController } from './adapters/http/wallets.controller';
import { LedgerMetrics } from './adapters/ledger-metrics';
import { PostgresLedgerStore } from './adapters/postgres/ledger-store';
import { PostgresProductVersions } from './adapters/postgres/product-versions';
import { WalletReads } from './adapters/postgres/wallet-reads';
import { Ledger } from './app/ledger';

/** The only wiring of the wallet ledger. */
@Module({})
export class WalletLedgerModule implements OnApplicationShutdown {
  constructor(@Inject(Ledger) private readonly ledger: Ledger) {}

  static of(runtime: ServiceRuntime): DynamicModule {
    const { clock, database, log, checkpoints, internal, metrics } = runtime;
    const reads = new WalletReads(database);
    const ledger: Ledger = new Ledger({
      store: new PostgresLedgerStore({ database, log, checkpoints }),
      clock,
      observer: new LedgerMetrics(metrics, () => ledger.bytesWaiting),
      nextTurn: setImmediate,
    });
    return {
      module: WalletLedgerModule,
      controllers: [
        FeesConsumer,
        CatalogConsumer,
        StatementsConsumer,
        WalletsController,
        TransactionsController,
        AdjustmentsController,
        TrialBalanceController,
      ],
      providers: [
        { provide: Ledger, useValue: ledger },
        { provide: CLOCK, useValue: clock },
        { provide: PRODUCT_VERSIONS, useValue: new PostgresProductVersions(database) },
        { provide: StatementsFold, useValue: new StatementsFold(database, checkpoints) },
        { provide: WalletAccess, useValue: new WalletAccess(internal, checkpoints) },
        { provide: WalletReads, useValue: reads },
        { provide: Statements, useValue: new Statements(database, { checkpoints, reads }) },
        { provide: Books, useValue: new Books(database) },
      ],
    };
  }

  /** What was accepted is committed and answered before the database is closed. */
  onApplicationShutdown(): Promise<void> {
    return this.ledger.stop();
  }
}
