import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { BatchCommitter, KeptOfView } from '@kontor/event-log';
import { type ServiceRuntime, watchQueue } from '@kontor/service-host';
import { CatalogConsumer, CatalogFold } from './adapters/events/catalog.consumer';
import { CatalogCopy } from './adapters/events/catalog-copy';
import { serveFindProgress } from './adapters/events/find-progress';
import { UsageConsumer, UsageRater } from './adapters/events/usage.consumer';
import { servePriceUsage } from './adapters/http/price-usage';
import { SimulationController, Simulator } from './adapters/http/simulation.controller';
import { CatalogRows } from './adapters/postgres/catalog-rows';

/** The only wiring of rating. */
@Module({})
export class RatingModule implements OnApplicationShutdown {
  constructor(@Inject(BatchCommitter) private readonly committer: BatchCommitter) {}

  static of({
    config,
    database,
    checkpoints,
    log,
    internal,
    metrics,
  }: ServiceRuntime): DynamicModule {
    const { reportingCurrency } = config;
    serveFindProgress(internal, database);
    const rows = new KeptOfView(database, () => new CatalogRows(database, reportingCurrency));
    const catalog = new CatalogCopy(database, checkpoints, rows);
    servePriceUsage(internal, catalog);
    const committer: BatchCommitter = new BatchCommitter({
      database,
      log,
      checkpoints,
      onCommit: watchQueue(metrics, 'batches', () => committer.bytesWaiting),
    });
    return {
      module: RatingModule,
      controllers: [CatalogConsumer, UsageConsumer, SimulationController],
      providers: [
        { provide: BatchCommitter, useValue: committer },
        { provide: CatalogFold, useValue: new CatalogFold(database, checkpoints) },
        {
          provide: UsageRater,
          useValue: new UsageRater(catalog, committer, reportingCurrency),
        },
        { provide: Simulator, useValue: new Simulator(internal, { catalog, versions: catalog }) },
      ],
    };
  }

  onApplicationShutdown(): Promise<void> {
    return this.committer.stop();
  }
}
