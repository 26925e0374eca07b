import type { Metrics } from '@kontor/service-host';
import type { LedgerObserver } from '../app/ports';

const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

export class LedgerMetrics implements LedgerObserver {
  private readonly batches;
  private readonly again;
  private readonly refusals;

  constructor(metrics: Metrics) {
    this.batches = metrics.histogram(
      'kontor_ledger_batch_commands',
      'Commands and deliveries that one commit of the ledger carried.',
      BATCH_BUCKETS,
    );
    this.again = metrics.counter(
      'kontor_ledger_decided_again_total',
      'Batches decided again under locks, because another instance or a repeat was first.',
    );
    this.refusals = metrics.counter(
      'kontor_ledger_refused_total',
      'Requests that the ledger refused. A refusal is an answer and is not stored.',
      ['code'],
    );
  }

  batchWritten(commands: number): void {
    this.batches.observe(commands);
  }

  decidedAgain(): void {
    this.again.inc();
  }

  refused(code: string): void {
    this.refusals.inc({ code });
  }
}
