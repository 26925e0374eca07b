import {
  createWakeups,
  openKafkaBus,
  openPostgresBus,
  type EventBus,
  type Wakeups,
} from '@kontor/event-log';
import { openDatabase } from '@kontor/postgres';
import type { KontorConfig } from '../config';
import type { Logger } from '../logger';

export interface OpenBus {
  readonly bus: EventBus;
  readonly wakeups: Wakeups;
  /** Closes only what was opened here. */
  close(): Promise<void>;
}

export interface BusOptions {
  readonly config: KontorConfig;
  readonly databaseUrl: string;
  readonly bus?: EventBus;
  readonly wakeups?: Wakeups;
}

/** The tails of all consumers share these; each busy one reads ahead with two. */
const TAIL_CONNECTIONS = 8;

/** The bus of a process: the one given, Kafka when configured, else the logs in PostgreSQL. */
export async function openBus(options: BusOptions, logger: Logger): Promise<OpenBus> {
  const wakeups = options.wakeups ?? createWakeups();
  if (options.bus) return { bus: options.bus, wakeups, close: () => Promise.resolve() };
  const { kafkaBrokers: brokers, kafkaPrefix: prefix } = options.config;
  if (brokers) {
    const bus = await openKafkaBus({
      brokers,
      clientId: 'kontor',
      wakeups,
      logger,
      ...(prefix !== undefined && { prefix }),
    });
    return { bus, wakeups, close: () => bus.close() };
  }
  const database = await openDatabase({
    url: options.databaseUrl,
    service: 'bus',
    poolSize: TAIL_CONNECTIONS,
  });
  const bus = openPostgresBus({ database, wakeups, logger });
  const close = async (): Promise<void> => {
    await bus.close();
    await database.close();
  };
  return { bus, wakeups, close };
}
