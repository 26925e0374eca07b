import type { EventBus, RunningSubscription, Subscription } from '../ports';
import { topicOf } from '../topics';
import { readHeads, readWaitingSince } from './owner-log';
import { Tail, type TailOptions } from './tail';

/**
 * `database`: any connection to the server that holds all services' schemas; the bus reads with it.
 * Reading ahead takes two of its connections per busy consumer.
 */
export type PostgresBusOptions = TailOptions;

/** The embedded bus: consumers tail the owners' logs in PostgreSQL, woken in process. */
export function openPostgresBus(options: PostgresBusOptions): EventBus {
  const tails = new Set<Tail>();
  return {
    subscribe: (subscription: Subscription): Promise<RunningSubscription> => {
      const { inbound, name } = topicOf(subscription.topic);
      if (inbound) return Promise.reject(new Error(`${name} exists only on Kafka`));
      const tail = new Tail(subscription, options);
      tails.add(tail);
      return Promise.resolve(tail);
    },
    // The rows themselves are what the others read.
    publish: () => Promise.resolve({ stop: () => Promise.resolve() }),
    heads: (topic) => readHeads(options.database, topic),
    waitingSince: (position) => readWaitingSince(options.database, position),
    close: async () => {
      await Promise.all([...tails].map((tail) => tail.stop()));
      tails.clear();
    },
  };
}
