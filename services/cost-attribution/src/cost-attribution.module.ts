import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { BatchCommitter, KeptOfView } from '@kontor/event-log';
import { type ServiceRuntime, watchQueue } from '@kontor/service-host';
import { CatalogConsumer, RateFold } from './adapters/events/catalog.consumer';
import { CatalogCopies } from './adapters/events/catalog-copies';
import { UsageConsumer, UsageCostAttributor } from './adapters/events/usage.consumer';
import { VendorController, VendorDesk } from './adapters/http/vendor.controller';
import { ExchangeRows } from './adapters/postgres/exchange-rows';
import { VendorRows } from './adapters/postgres/vendor-rows';

/** The only wiring of cost attribution. */
@Module({})
export class CostAttributionModule implements OnApplicationShutdown {
  constructor(@Inject(BatchCommitter) private readonly committer: BatchCommitter) {}

  static of(runtime: ServiceRuntime): DynamicModule {
    const { config, database, checkpoints, log, clock, metrics } = runtime;
    const { reportingCurrency } = config;
    const rows = new KeptOfView(database, () => new ExchangeRows(database, reportingCurrency));
    const catalogs = new CatalogCopies({ database, checkpoints, log, rows });
    const committer: BatchCommitter = new BatchCommitter({
      database,
      log,
      checkpoints,
      onCommit: watchQueue(metrics, 'batches', () => committer.bytesWaiting),
    });
    const vendors = new VendorRows(database, log);
    runtime.internal.serve('cost-attribution.resolve-vendors', async (tenant, names) => {
      const { head, vendors: found } = await vendors.resolve(tenant, names);
      return {
        head,
        vendors: found.map(({ vendorId, externalId }) => ({ vendorId, externalId })),
      };
    });
    return {
      module: CostAttributionModule,
      controllers: [CatalogConsumer, UsageConsumer, VendorController],
      providers: [
        { provide: BatchCommitter, useValue: committer },
        { provide: RateFold, useValue: new RateFold(database, checkpoints) },
        {
          provide: UsageCostAttributor,
          useValue: new UsageCostAttributor(catalogs, committer, reportingCurrency),
        },
        { provide: VendorDesk, useValue: new VendorDesk(vendors, clock) },
      ],
    };
  }

  onApplicationShutdown(): Promise<void> {
    return this.committer.stop();
  }
}
