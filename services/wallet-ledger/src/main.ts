import { startService } from '@kontor/service-host';
import { walletLedgerService } from './index';

void startService(walletLedgerService);
