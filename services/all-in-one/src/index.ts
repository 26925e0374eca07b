export { ALL_SERVICES, startAllInOne } from './start';
