export type * from './config';
export type * from './context';
export * from './logger';
export type * from './metrics';
export * from './problem';
export type * from './runtime';
