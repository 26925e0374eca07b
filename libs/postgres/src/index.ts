export {
  instantFromRow,
  openDatabase,
  schemaOf,
  VIEW_GATE,
  viewLock,
  viewSchemaOf,
} from './database';
export { openCopySession, type CopySession } from './copy/copy-session';
export { arrayOf, columnsOf, jsonLines, numbersOf } from './columns';
export * from './errors';
export * from './migrate';
export type * from './ports';
export * from './embedded/embedded-postgres';
export * from './unfinished';
