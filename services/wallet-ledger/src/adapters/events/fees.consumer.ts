import { Controller } from '@nestjs/common';
import type { RatedFee, RatingRatedV1, UsageRated, UsageRatingReversed } from '@kontor/contracts';
import { type BatchOutcome, Consumes, type DeliveredFact, type FactBatch } from '@kontor/event-log';
import { decimal } from '@kontor/money';
import { Ledger } from '../../app/ledger';
import {
  appliedBy,
  commandsFor,
  type RatedUsage,
  type ReversedUsage,
} from '../../app/when-usage-rated';
import type { Fee } from '../../domain/wallet-command';
import { walletKey } from '../../app/wallet-key';
import { deliver } from './delivery';

/** Debits the fees of rated usage, and gives back those of reversed usage; a deciding consumer. */
@Controller()
export class FeesConsumer {
  constructor(private readonly ledger: Ledger) {}

  @Consumes('wallet-ledger.fees', 'rating.rated.v1')
  apply(batch: FactBatch<RatingRatedV1>): Promise<BatchOutcome> {
    const rated = batch.facts.map(usageFromWire);
    return deliver(this.ledger, batch, {
      commands: commandsFor(rated),
      appliedUsage: appliedBy(rated),
    });
  }
}

function usageFromWire(delivered: DeliveredFact<RatingRatedV1>): RatedUsage | ReversedUsage {
  const { fact, topic, partition, position } = delivered;
  // A rated record without a cause can only come from a test or a repair; then it is its own.
  const cause = delivered.cause ?? { topic, partition, position };
  // A customer has the same partition in both topics.
  const wallet = walletKey(fact, fact.key, partition);
  return fact.type === 'rating.usage-rated'
    ? ratedFromWire(fact, { wallet, cause })
    : reversedFromWire(fact, { wallet, cause });
}

type Addressed = Pick<RatedUsage, 'wallet' | 'cause'>;

const reversedFromWire = (fact: UsageRatingReversed, addressed: Addressed): ReversedUsage => ({
  ...addressed,
  reversal: {
    type: 'ReverseFees',
    eventId: fact.eventId,
    reason: fact.reason,
    feeIds: fact.feeIds,
  },
});

function ratedFromWire(fact: UsageRated, { wallet, cause }: Addressed): RatedUsage {
  return {
    wallet,
    cause,
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
