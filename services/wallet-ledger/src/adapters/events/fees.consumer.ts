import { Controller } from '@nestjs/common';
import type { RatedFee, UsageRated } from '@kontor/contracts';
import { type BatchOutcome, Consumes, type DeliveredFact, type FactBatch } from '@kontor/event-log';
import { decimal } from '@kontor/money';
import { Ledger } from '../../app/ledger';
import { appliedBy, commandsFor, type RatedUsage } from '../../app/when-usage-rated';
import type { Fee } from '../../domain/wallet-command';
import { walletKey } from '../../app/wallet-key';
import { deliver } from './delivery';

/** Debits the fees of rated usage; a deciding consumer. */
@Controller()
export class FeesConsumer {
  constructor(private readonly ledger: Ledger) {}

  @Consumes('wallet-ledger.fees', 'rating.rated.v1')
  apply(batch: FactBatch<UsageRated>): Promise<BatchOutcome> {
    const rated = batch.facts.map(ratedFromWire);
    return deliver(this.ledger, batch, {
      commands: commandsFor(rated),
      appliedUsage: appliedBy(rated),
    });
  }
}

export function ratedFromWire(delivered: DeliveredFact<UsageRated>): RatedUsage {
  const { fact, topic, partition, position } = delivered;
  return {
    // A customer has the same partition in both topics.
    wallet: walletKey(fact, fact.key, partition),
    eventId: fact.eventId,
    occurredAt: fact.occurredAt,
    subject: fact.subject,
    fees: fact.fees.map(feeFromWire),
    authorization:
      fact.authorizationId === undefined
        ? undefined
        : {
            authorizationId: fact.authorizationId,
            final: fact.authorizationFinal ?? true,
            recordedAt: fact.recordedAt,
          },
    // A rated record without a cause can only come from a test or a repair; then it is its own.
    cause: delivered.cause ?? { topic, partition, position },
  };
}

const feeFromWire = (fee: RatedFee): Fee => ({
  feeId: fee.feeId,
  productId: fee.productId,
  alternatives: fee.alternatives.map((alternative) => ({
    asset: alternative.asset,
    amount: decimal(alternative.amount),
    fiatValue: alternative.fiatValue,
    fiatRate: alternative.fiatRate,
    description: alternative.description,
  })),
});
