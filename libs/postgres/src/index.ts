export {
  instantFromRow,
  openDatabase,
  schemaOf,
  VIEW_GATE,
  viewLock,
  viewSchemaOf,
} from './database';
export * from './errors';
export * from './migrate';
export type * from './ports';
export * from './embedded/embedded-postgres';
