import { Controller } from '@nestjs/common';
import type { WalletPostedV1 } from '@kontor/contracts';
import { type BatchOutcome, type Checkpoints, Consumes, type FactBatch } from '@kontor/event-log';
import type { Database } from '@kontor/postgres';
import { addToBooks } from '../postgres/books';
import { addStatementLines, addUnlinedFacts } from '../postgres/statement-lines';
import { balancesOf } from './books.mapping';
import { statementLinesOf, unlinedFactsOf } from './statement-lines.mapping';

/** Folds the ledger's own log into statements and books; a view consumer. */
export class StatementsFold {
  constructor(
    private readonly database: Database,
    private readonly checkpoints: Checkpoints,
  ) {}

  async apply(batch: FactBatch<WalletPostedV1>): Promise<BatchOutcome> {
    const lines = statementLinesOf(batch.facts);
    const unlined = unlinedFactsOf(batch.facts);
    const balances = balancesOf(batch.facts);
    await this.database.transaction(
      async (tx) => {
        await this.checkpoints.settle(tx, batch.settlement);
        await addStatementLines(tx, lines);
        await addUnlinedFacts(tx, unlined);
        await addToBooks(tx, balances);
      },
      { writesView: true },
    );
    return { kind: 'applied' };
  }
}

@Controller()
export class StatementsConsumer {
  constructor(private readonly fold: StatementsFold) {}

  @Consumes('wallet-ledger.statements', 'wallet.posted.v1')
  apply(batch: FactBatch<WalletPostedV1>): Promise<BatchOutcome> {
    return this.fold.apply(batch);
  }
}
