export * from './client';
export * from './database';
export * from './describe-kafka';
export * from './fake-clock';
export * from './kafka-broker';
export * from './poll-until';
export * from './server';
export * from './service';
