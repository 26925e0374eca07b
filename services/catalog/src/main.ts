import { startService } from '@kontor/service-host';
import { catalogService } from './index';

void startService(catalogService);
