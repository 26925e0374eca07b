export {
  instantFromRow,
  openDatabase,
  schemaOf,
  VIEW_GATE,
  viewLock,
  viewSchemaOf,
} from './database';
export { copyTable, type CopyColumn, type CopyRows, type CopyTable } from './copy/copy-text';
export { openCopySession, type CopySession } from './copy/copy-session';
export { arrayOf, columnsOf, numbersOf } from './columns';
export * from './errors';
export * from './migrate';
export type * from './ports';
export * from './embedded/embedded-postgres';
export * from './unfinished';
