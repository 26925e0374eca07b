export { beginRestore, endRestore, FolderNotEmpty, UnfinishedFolder } from './data-folder';
export { ALL_SERVICES, startAllInOne } from './start';
