import { startService } from '@kontor/service-host';
import { ratingService } from './index';

void startService(ratingService);
