import { type Metrics, watchQueue } from '@kontor/service-host';
import type { BatchObserver } from '@kontor/event-sourcing';
import type { LedgerObserver } from '../app/ports';

export class LedgerMetrics implements LedgerObserver {
  readonly batchTaken: BatchObserver;
  private readonly again;
  private readonly refusals;

  /** `bytesWaiting` is asked when metrics are read: of the ledger's own queue. */
  constructor(metrics: Metrics, bytesWaiting: () => number) {
    this.batchTaken = watchQueue(metrics, 'ledger', bytesWaiting);
    this.again = metrics.counter(
      'kontor_ledger_decided_again_total',
      'Batches decided again under locks, because another instance or a repeat was first.',
    );
    this.refusals = metrics.counter(
      'kontor_ledger_refused_total',
      'Requests that the ledger refused. A refusal is an answer and is not stored.',
      ['command', 'code'],
    );
  }

  decidedAgain(): void {
    this.again.inc();
  }

  refused(command: string, code: string): void {
    this.refusals.inc({ command, code });
  }
}
