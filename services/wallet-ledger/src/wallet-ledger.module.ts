import {
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { addMilliseconds } from '@kontor/contracts';
import type { ServiceRuntime } from '@kontor/service-host';
import { AuditDesk } from './adapters/audit/audit-desk';
import { WalletAudit } from './adapters/audit/wallet-audit';
import { CatalogConsumer, PRODUCT_VERSIONS } from './adapters/events/catalog.consumer';
import { FeesConsumer } from './adapters/events/fees.consumer';
import { StatementsConsumer, StatementsFold } from './adapters/events/statements.consumer';
import { AdjustmentsController } from './adapters/http/adjustments.controller';
import { AuditController } from './adapters/http/audit.controller';
import { AuthorizationDesk } from './adapters/http/authorization-desk';
import {
  AUTHORIZATION_DESK,
  AuthorizationsController,
} from './adapters/http/authorizations.controller';
import { CatalogRates } from './adapters/http/catalog-rates';
import { RatingPrices } from './adapters/http/rating-prices';
import { Statements, TransactionsController } from './adapters/http/transactions.controller';
import { Books, TrialBalanceController } from './adapters/http/trial-balance.controller';
import { WAIT_MS, WalletAccess } from './adapters/http/wallet-access';
import { CLOCK, WalletsController } from './adapters/http/wallets.controller';
import { AuditReads } from './adapters/postgres/audit-reads';
import { AuditRows } from './adapters/postgres/audit-rows';
import { AuthorizationReads } from './adapters/postgres/authorization-reads';
import { LedgerMetrics } from './adapters/ledger-metrics';
import { PostgresLedgerStore } from './adapters/postgres/ledger-store';
import { PastWallets } from './adapters/postgres/past-wallets';
import { PostgresProductVersions } from './adapters/postgres/product-versions';
import { WalletReads } from './adapters/postgres/wallet-reads';
import { TimeKeeper } from './adapters/time-keeper';
import { Ledger } from './app/ledger';

/** The only wiring of the wallet ledger. */
@Module({})
export class WalletLedgerModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(Ledger) private readonly ledger: Ledger,
    @Inject(TimeKeeper) private readonly timeKeeper: TimeKeeper,
    @Inject(AuditDesk) private readonly audits: AuditDesk,
  ) {}

  onModuleInit(): void {
    this.timeKeeper.start();
  }

  static of(runtime: ServiceRuntime): DynamicModule {
    const { clock, database, log, checkpoints, internal, metrics, logger, config } = runtime;
    const { holdGraceMs, reportingCurrency } = config;
    const reads = new WalletReads(database);
    const ledger: Ledger = new Ledger({
      store: new PostgresLedgerStore({ database, log, checkpoints }),
      clock,
      observer: new LedgerMetrics(metrics, () => ledger.bytesWaiting),
      nextTurn: setImmediate,
      graceEnds: (expiresAt) => addMilliseconds(expiresAt, holdGraceMs),
    });
    const access = new WalletAccess(internal, checkpoints);
    const keeping = { database, ledger, internal, clock, graceMs: holdGraceMs, logger };
    const timeKeeper = new TimeKeeper(keeping);
    const rates = new CatalogRates(internal, { clock, reportingCurrency });
    const desk = new AuthorizationDesk({
      access,
      ledger,
      reads: new AuthorizationReads(database),
      clock,
      rates,
      prices: new RatingPrices(internal),
      reportingCurrency,
    });
    const audits = new AuditDesk({
      audit: new WalletAudit(new AuditReads(database)),
      rows: new AuditRows(database),
      clock,
      logger,
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
        AuthorizationsController,
        TrialBalanceController,
        AuditController,
      ],
      providers: [
        { provide: Ledger, useValue: ledger },
        { provide: CLOCK, useValue: clock },
        { provide: PRODUCT_VERSIONS, useValue: new PostgresProductVersions(database) },
        { provide: StatementsFold, useValue: new StatementsFold(database, checkpoints) },
        { provide: WalletAccess, useValue: access },
        { provide: AUTHORIZATION_DESK, useValue: desk },
        { provide: CatalogRates, useValue: rates },
        { provide: TimeKeeper, useValue: timeKeeper },
        { provide: WalletReads, useValue: reads },
        { provide: PastWallets, useValue: new PastWallets(database, checkpoints, WAIT_MS) },
        { provide: Statements, useValue: new Statements(database, { checkpoints, reads }) },
        { provide: AuditDesk, useValue: audits },
        { provide: Books, useValue: new Books(database) },
      ],
    };
  }

  /** What was accepted is committed and answered before the database is closed. */
  async onApplicationShutdown(): Promise<void> {
    await this.timeKeeper.stop();
    await this.audits.stop();
    await this.ledger.stop();
  }
}
