import { startService } from '@kontor/service-host';
import { costAttributionService } from './index';

void startService(costAttributionService);
