import type { EventBus, RunningSubscription, Subscription } from '../ports';
import { topicOf } from '../topics';
import { readHeads, readWaitingSince } from './owner-log';
import { RecentRecords } from './recent-records';
import { Tail, type TailOptions } from './tail';

/**
 * `database`: any connection to the server that holds all services' schemas; the bus reads with it.
 * Reading ahead takes two of its connections per busy consumer.
 */
export interface PostgresBusOptions extends TailOptions {
  /** Text of records kept in memory for readers that are at the head; 0 keeps none. */
  readonly recentBytesMax?: number;
}

/** The embedded bus: consumers tail the owners' logs in PostgreSQL, woken in process. */
export function openPostgresBus(options: PostgresBusOptions): EventBus {
  const tails = new Set<Tail>();
  const recent = new RecentRecords(options.recentBytesMax);
  const followed = new Map<string, () => void>();
  const follow = (topic: string): void => {
    if (followed.has(topic)) return;
    followed.set(
      topic,
      options.wakeups.onAppended(topic, (records) => recent.add(records)),
    );
  };
  return {
    subscribe: (subscription: Subscription): Promise<RunningSubscription> => {
      const { inbound, name } = topicOf(subscription.topic);
      if (inbound) return Promise.reject(new Error(`${name} exists only on Kafka`));
      follow(name);
      const tail = new Tail(subscription, options, recent);
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
      for (const unfollow of followed.values()) unfollow();
      followed.clear();
    },
  };
}
