import { startService } from '@kontor/service-host';
import { profitabilityProjectionService } from './index';

void startService(profitabilityProjectionService);
