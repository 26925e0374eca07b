/**
 * The only wiring of the gateway.
 */
import { Module, type DynamicModule } from '@nestjs/common';
import { newId } from '@kontor/contracts';
import { isInfrastructureError } from '@kontor/postgres';
import { type ServiceRuntime, watchQueue } from '@kontor/service-host';
import {
  DIRECTORY_CONSUMER,
  REFERENCES_PARTS,
  ReferencesConsumer,
  VENDORS_CONSUMER,
} from './adapters/events/references.consumer';
import { IngestConsumer, readInboundJson } from './adapters/events/ingest.consumer';
import {
  CatalogOwner,
  ProjectedEvents,
  ProjectedFacts,
  VendorOwner,
} from './adapters/events/owners';
import { ApiKeysController } from './adapters/http/api-keys.controller';
import { EVENTS_PARTS, EventsController, rulesAt } from './adapters/http/events.controller';
import { PlatformsController } from './adapters/http/platforms.controller';
import { ReversalsController } from './adapters/http/reversals.controller';
import { PostgresAcceptanceStore } from './adapters/postgres/acceptance-store';
import { PostgresKeyStore } from './adapters/postgres/key-store';
import { PostgresKnownReferences } from './adapters/postgres/known-references';
import { PostgresPlatformRegister } from './adapters/postgres/platform-register';
import { PostgresAcceptedIds, PostgresReversalStore } from './adapters/postgres/reversal-store';
import { newSecret, secretHashOf } from './adapters/postgres/secrets';
import { AcceptUsage } from './app/accept-usage';
import { AdmitUsage } from './app/admit-usage';
import { ApiKeys } from './app/api-keys';
import { IngestRecords } from './app/ingest-records';
import type { KnownReferences } from './app/ports';
import { Resolver } from './app/resolver';
import { ReverseEvent } from './app/reverse-event';
import { FORWARDING_RUNTIME, ForwardingLifecycle, KNOWN_CUSTOMERS } from './forwarding-lifecycle';
import { GatewayLifecycle } from './gateway-lifecycle';
import { gatewayMetrics, type GatewayMetrics } from './gateway-metrics';
import { keyRingOf } from './key-ring-of';

@Module({})
export class IngestionGatewayModule {
  static for(runtime: ServiceRuntime): DynamicModule {
    const metrics = gatewayMetrics(runtime.metrics);
    const known = knownCustomersOf(runtime);
    const admission = admissionOf(runtime, known, metrics);
    const acceptance = acceptanceOf(runtime, admission);
    const ingest = ingestOf(runtime, admission, acceptance);
    const { clock, database, checkpoints } = runtime;
    const processed = new ProjectedEvents(runtime.internal);
    return {
      module: IngestionGatewayModule,
      controllers: [
        EventsController,
        ReversalsController,
        PlatformsController,
        ApiKeysController,
        ReferencesConsumer,
        IngestConsumer,
      ],
      providers: [
        { provide: EVENTS_PARTS, useValue: { acceptance, processed, clock, metrics } },
        { provide: ReverseEvent, useValue: reverseEventOf(runtime) },
        { provide: ApiKeys, useValue: apiKeysOf(runtime) },
        { provide: REFERENCES_PARTS, useValue: { database, checkpoints } },
        { provide: IngestRecords, useValue: ingest },
        { provide: FORWARDING_RUNTIME, useValue: runtime },
        { provide: KNOWN_CUSTOMERS, useValue: known },
        ForwardingLifecycle,
        { provide: GatewayLifecycle, useValue: new GatewayLifecycle(runtime, acceptance) },
      ],
    };
  }
}

const knownCustomersOf = ({ database, checkpoints }: ServiceRuntime): KnownReferences =>
  new PostgresKnownReferences({
    database,
    checkpoints,
    table: 'known_customer',
    consumer: DIRECTORY_CONSUMER,
    topic: 'catalog.v1',
  });

function admissionOf(
  runtime: ServiceRuntime,
  knownCustomers: KnownReferences,
  metrics: GatewayMetrics,
): AdmitUsage {
  const { internal, database, checkpoints, logger } = runtime;
  const silence = (owner: string) => (error: unknown) => {
    metrics.silence(owner);
    logger.warn('an owner does not answer; usage goes by what is known', {
      owner,
      error: String(error),
    });
  };
  const customers = new Resolver({
    owner: new CatalogOwner(internal),
    known: knownCustomers,
    externalIdsMove: true,
    nextTurn: setImmediate,
    onSilence: silence('catalog'),
  });
  const vendors = new Resolver({
    owner: new VendorOwner(internal),
    known: new PostgresKnownReferences({
      database,
      checkpoints,
      table: 'known_vendor',
      consumer: VENDORS_CONSUMER,
      topic: 'cost.catalog.v1',
    }),
    externalIdsMove: false,
    nextTurn: setImmediate,
    onSilence: silence('cost-attribution'),
  });
  return new AdmitUsage(customers, vendors);
}

function acceptanceOf(runtime: ServiceRuntime, admission: AdmitUsage): AcceptUsage {
  const { database, log, checkpoints, clock } = runtime;
  const acceptance: AcceptUsage = new AcceptUsage({
    admission,
    store: new PostgresAcceptanceStore({ database, log, checkpoints, clock }),
    nextTurn: setImmediate,
    isRetriable: isInfrastructureError,
    onBatch: watchQueue(runtime.metrics, 'usage', () => acceptance.bytesInFlight),
  });
  return acceptance;
}

const ingestOf = (
  { database, clock }: ServiceRuntime,
  admission: AdmitUsage,
  acceptance: AcceptUsage,
): IngestRecords =>
  new IngestRecords({
    admission,
    acceptance,
    platforms: new PostgresPlatformRegister(database),
    readJson: readInboundJson,
    rules: () => rulesAt(clock),
  });

const apiKeysOf = (runtime: ServiceRuntime): ApiKeys =>
  new ApiKeys({
    store: new PostgresKeyStore(runtime.database),
    mint: {
      newPlatformId: () => newId('acc'),
      newKeyId: () => newId('key'),
      newSecret,
      hashOf: secretHashOf,
    },
    ring: keyRingOf(runtime),
    clock: runtime.clock,
  });

const reverseEventOf = ({ internal, database, log, clock }: ServiceRuntime): ReverseEvent =>
  new ReverseEvent({
    accepted: new PostgresAcceptedIds(database),
    events: new ProjectedFacts(internal),
    store: new PostgresReversalStore({ database, log, clock }),
  });
