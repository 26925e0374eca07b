export { instantFromRow, openDatabase, schemaOf, viewLock } from './database';
export * from './errors';
export * from './migrate';
export type * from './ports';
export * from './embedded/embedded-postgres';
