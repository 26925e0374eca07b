import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { newId } from '@kontor/contracts';
import { CommandIds } from '@kontor/event-log';
import { type ServiceRuntime, watchQueue } from '@kontor/service-host';
import { AssetsController } from './adapters/http/assets.controller';
import { CatalogDesk } from './adapters/http/catalog-desk';
import { CustomersController } from './adapters/http/customers.controller';
import { ProductVersionsController } from './adapters/http/product-versions.controller';
import { ProductsController } from './adapters/http/products.controller';
import { SubscriptionsController } from './adapters/http/subscriptions.controller';
import { CustomerDirectoryQueries } from './adapters/postgres/customer-directory-queries';
import { findProducts } from './adapters/postgres/find-products';
import { PostgresAssetReads } from './adapters/postgres/postgres-asset-reads';
import { PostgresCatalogStore } from './adapters/postgres/postgres-catalog-store';
import { PostgresCustomerReads } from './adapters/postgres/postgres-customer-reads';
import { PostgresProductReads } from './adapters/postgres/postgres-product-reads';
import { GetQuote } from './app/asset-use-cases';
import { findRates } from './app/find-rates';
import { CatalogCommands } from './app/catalog-commands';
import { AssetReads, CustomerReads, ProductReads } from './app/ports';

/** The only wiring of the catalog. */
@Module({})
export class CatalogModule implements OnApplicationShutdown {
  constructor(@Inject(CatalogCommands) private readonly commands: CatalogCommands) {}

  static of(runtime: ServiceRuntime): DynamicModule {
    const { database, log, clock } = runtime;
    const now = () => clock.now();
    const commands: CatalogCommands = new CatalogCommands({
      store: new PostgresCatalogStore(database, log, new CommandIds()),
      now,
      newId,
      nextTurn: setImmediate,
      onBatch: watchQueue(runtime.metrics, 'commands', () => commands.bytesWaiting),
    });
    const assets = new PostgresAssetReads(database);
    serveQuestions(runtime, assets);
    return {
      module: CatalogModule,
      controllers: [
        CustomersController,
        SubscriptionsController,
        ProductsController,
        ProductVersionsController,
        AssetsController,
      ],
      providers: [
        { provide: CatalogCommands, useValue: commands },
        { provide: CatalogDesk, useValue: new CatalogDesk(commands) },
        { provide: CustomerReads, useValue: new PostgresCustomerReads(database, now) },
        { provide: ProductReads, useValue: new PostgresProductReads(database, now) },
        { provide: AssetReads, useValue: assets },
        { provide: GetQuote, useValue: new GetQuote(assets, now) },
      ],
    };
  }

  onApplicationShutdown(): Promise<void> {
    return this.commands.stop();
  }
}

/** What other services ask. */
function serveQuestions({ internal, database, log }: ServiceRuntime, assets: AssetReads): void {
  const directory = new CustomerDirectoryQueries(database, log);
  internal.serve('catalog.resolve-customers', (tenant, question) =>
    directory.resolve(tenant, question),
  );
  internal.serve('catalog.describe-customers', (tenant, question) =>
    directory.describe(tenant, question),
  );
  internal.serve('catalog.find-products', (tenant, question) =>
    findProducts(database, tenant, question),
  );
  internal.serve('catalog.find-rates', (tenant, question) => findRates(assets, tenant, question));
  internal.serve('catalog.find-assets', async (tenant, { codes }) => {
    const found = await assets.find(
      tenant,
      codes.map((code) => code.toUpperCase()),
    );
    return { codes: codes.filter((code) => found.has(code.toUpperCase())) };
  });
}
