export { openCheckpoints, type PartitionState, type ServiceCheckpoints } from './checkpoints';
export * from './caused-records';
export * from './command-ids';
export * from './commit-batches';
export * from './embedded/postgres-bus';
export {
  BusUnreachable,
  CommandIdTaken,
  FactTooLarge,
  Fenced,
  InvalidFact,
  PartitionCountChanged,
  TopicsInUse,
} from './errors';
export { type FactAddress, factsAt } from './facts-at';
export * from './kafka';
export { appendArguments, openLocalLog } from './local-log';
export { eventLogMigrations } from './migrations';
export { murmur2 } from './murmur2';
export * from './nest/consumes';
export * from './nest/event-log-server';
export type * from './operators';
export type * from './ports';
export { buildRecords, FACT_BYTES_MAX, RECORD_BYTES_MAX, RECORD_FACTS_MAX } from './records';
export type * from './runner/types';
export * from './settle-in-statement';
export { factsOf, storedText, textOfStored } from './stored-facts';
export * from './trace-context';
export { partitionOf, partitionsOf, topicsOwnedBy } from './topics';
export * from './wakeups';
export * from './rebuild/kept-of-view';
export type * from './rebuild/ports';
export { ServiceRebuilds, type ServiceRebuildsOptions } from './rebuild/service-rebuilds';
export * from './restore/log-identities';
