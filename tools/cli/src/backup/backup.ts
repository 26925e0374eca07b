export { openSource } from './databases';
export { takeBackup } from './take-backup';
export { megabytes } from './tally';
