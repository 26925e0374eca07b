import { startService } from '@kontor/service-host';
import { ingestionGatewayService } from './index';

void startService(ingestionGatewayService);
