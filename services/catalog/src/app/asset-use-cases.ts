/** What clients do with assets, their rates and quotes. */
import type { DecimalString } from '@kontor/money';
import { asset, type AssetCommand, type Rate, type RateDraft } from '../domain/asset';
import { type Quote, quoteExchange } from '../domain/exchange';
import type { Instant } from '../domain/instant';
import { answer, refuse } from './rejection';
import type { UseCase } from './use-case';

export const createAsset = (
  request: Omit<Extract<AssetCommand, { type: 'CreateAsset' }>, 'type' | 'at'>,
): UseCase<{ readonly code: string; readonly createdAt: Instant }> => ({
  wants: { assets: [request.code] },
  decide(catalog, { now }) {
    const { code } = request;
    const decision = asset.decide(
      { type: 'CreateAsset', ...request, at: now },
      catalog.asset(code),
    );
    if (decision.outcome === 'rejected')
      return refuse(
        decision.rejection,
        decision.rejection.code === 'code_taken' ? ['code'] : ['rates'],
      );
    catalog.recordAsset(code, decision.events);
    return answer({ code, createdAt: now });
  },
});

export const setRate = (request: {
  readonly code: string;
  readonly rate: RateDraft;
}): UseCase<Rate> => ({
  wants: { assets: [request.code] },
  decide(catalog, { now }) {
    const { code, rate } = request;
    const decision = asset.decide({ type: 'SetRate', rate, at: now }, catalog.asset(code));
    if (decision.outcome === 'rejected') return refuse(decision.rejection);
    catalog.recordAsset(code, decision.events);
    return answer({ ...rate, validFrom: rate.validFrom ?? now });
  },
});

export interface QuoteQuestion {
  readonly code: string;
  readonly source: string;
  readonly amount: DecimalString;
  readonly exchangeAt?: Instant | undefined;
}

/** Changes nothing; a use case so that a repeated `Idempotency-Key` gets the first quote again. */
export const quote = (question: QuoteQuestion): UseCase<Quote> => ({
  wants: { assets: [question.code, question.source] },
  decide: (catalog, { now }) => {
    const destination = catalog.asset(question.code);
    const source = catalog.asset(question.source);
    if (!destination) return refuse({ code: 'asset_not_found' });
    if (!source) return refuse({ code: 'unknown_asset' }, ['source']);
    const { amount, exchangeAt = now } = question;
    const quoted = quoteExchange({ source, destination, amount, at: exchangeAt });
    if (quoted.ok) return answer(quoted.quote);
    const place = quoted.rejection.code === 'rate_unknown' ? ['source'] : ['amount'];
    return refuse(quoted.rejection, place);
  },
});
