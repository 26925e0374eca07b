export * from './database';
export * from './fake-clock';
export * from './poll-until';
