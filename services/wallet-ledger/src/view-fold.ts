import type { ViewFold } from '@kontor/event-log';
import type { ServiceRuntime } from '@kontor/service-host';
import { StatementsFold } from './adapters/events/statements.consumer';

/** What folds into the view: statements and books, from the ledger's own log. */
export const viewFold = ({ database, checkpoints }: ServiceRuntime): ViewFold => ({
  consumers: { 'wallet-ledger.statements': new StatementsFold(database, checkpoints) },
});
