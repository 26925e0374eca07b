import { startProcess } from '@kontor/service-host';
import { startAllInOne } from './start';

void startProcess(startAllInOne);
