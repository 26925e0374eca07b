// Generated from schemas/ by `npm run generate`. Do not edit.
export type * from './facts';
export type { InternalOperations } from './operations';
export * from './schemas';
export * from './topics';
