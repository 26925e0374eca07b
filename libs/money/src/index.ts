export * from './allocate';
export * from './allocation';
export * from './decimal';
export * from './exchange';
export * from './json';
export * from './parse';
export * from './rounding';
