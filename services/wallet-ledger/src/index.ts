import path from 'node:path';
import type { ServiceDefinition } from '@kontor/service-host';
import { WalletLedgerModule } from './wallet-ledger.module';
import { viewFold } from './view-fold';

export const walletLedgerService: ServiceDefinition = {
  name: 'wallet-ledger',
  migrationsDir: path.resolve(__dirname, '../migrations'),
  module: (runtime) => WalletLedgerModule.of(runtime),
  view: viewFold,
};
