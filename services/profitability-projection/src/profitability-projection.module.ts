import {
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { writeJson } from '@kontor/money';
import type { ServiceRuntime } from '@kontor/service-host';
import { Arrivals } from './adapters/events/arrivals';
import { BatchFold, TopicsConsumer } from './adapters/events/topics.consumer';
import { eventDto } from './adapters/http/event.mapping';
import { EventDesk, EventsController } from './adapters/http/events.controller';
import { StatsDesk } from './adapters/http/stats-desk';
import { StatsController } from './adapters/http/stats.controller';
import { EventReadsOnPostgres } from './adapters/postgres/event-reads';
import { PartitionTurns } from './adapters/postgres/partition-turns';
import { StatsReadsOnPostgres } from './adapters/postgres/stats-reads';
import { SubjectSharingRows } from './adapters/postgres/subject-rows';
import { VIEW_TABLES, ViewWriter } from './adapters/postgres/view-writer';
import { GetEvents } from './app/get-events.query';
import { SubjectSharing } from './app/subject-sharing';

/** The only wiring of the projection. */
@Module({})
export class ProfitabilityProjectionModule
  implements OnApplicationBootstrap, OnApplicationShutdown
{
  constructor(@Inject(SubjectSharing) private readonly sharing: SubjectSharing) {}

  static of(runtime: ServiceRuntime): DynamicModule {
    const { config, database, checkpoints, internal, logger } = runtime;
    const { reportingCurrency } = config;
    const arrivals = new Arrivals();
    const turns = new PartitionTurns();
    const sharing = new SubjectSharing({
      store: new SubjectSharingRows(database, turns),
      onError: (error) =>
        logger.warn('costs of subjects are shared later', { error: String(error) }),
    });
    const writer = new ViewWriter({ database, checkpoints, turns, tables: VIEW_TABLES });
    const reads = new EventReadsOnPostgres(database);
    const events = new GetEvents({ reads, arrivals, accepted: acceptedBy(runtime) });
    const stats = { reads: new StatsReadsOnPostgres(database), sharing };
    serveEvents(runtime, events);
    return {
      module: ProfitabilityProjectionModule,
      controllers: [TopicsConsumer, EventsController, StatsController],
      providers: [
        { provide: SubjectSharing, useValue: sharing },
        { provide: BatchFold, useValue: new BatchFold(writer, arrivals, sharing) },
        {
          provide: EventDesk,
          useValue: new EventDesk(internal, { events, reads }, reportingCurrency),
        },
        { provide: StatsDesk, useValue: new StatsDesk(internal, stats, reportingCurrency) },
      ],
    };
  }

  onApplicationBootstrap(): void {
    this.sharing.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.sharing.stop();
  }
}

const acceptedBy = ({ internal }: ServiceRuntime) => ({
  find: async (
    tenant: Parameters<typeof internal.call>[1],
    eventIds: readonly string[],
  ): Promise<ReadonlySet<string>> => {
    const { accepted } = await internal.call('ingestion-gateway.find-accepted', tenant, {
      eventIds: [...eventIds],
    });
    return new Set(accepted);
  },
});

/** For `Prefer: wait`: what GET /events/{id} would answer, as texts with exact digits. */
function serveEvents({ internal, config }: ServiceRuntime, events: GetEvents): void {
  internal.serve(
    'profitability-projection.get-events',
    async (tenant, { eventIds, waitMs, numbers }) => {
      const answer = await events.all(tenant, eventIds, waitMs);
      return {
        events: answer.events.map((event) =>
          writeJson(eventDto(event, config.reportingCurrency), numbers),
        ),
        complete: answer.complete,
      };
    },
  );
}
