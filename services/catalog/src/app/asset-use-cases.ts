/** What clients do with assets, their rates and quotes. */
import type { DecimalString } from '@kontor/money';
import { asset, type Asset, type AssetCommand, type Rate, type RateDraft } from '../domain/asset';
import { type Quote, quoteExchange } from '../domain/exchange';
import type { Instant } from '../domain/instant';
import type { AssetReads, Tenant } from './ports';
import { answer, type Decided, refuse, Refused } from './rejection';
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
  wants: { rates: [request.code] },
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
  wants: { rates: [question.code, question.source] },
  decide: (catalog, { now }) => decideQuote((code) => catalog.asset(code), question, now),
});

/** The same without a key: a read, which waits for nobody. */
export class GetQuote {
  constructor(
    private readonly assets: AssetReads,
    private readonly now: () => Instant,
  ) {}

  async ask(tenant: Tenant, question: QuoteQuestion): Promise<Quote> {
    const found = await this.assets.find(tenant, [question.code, question.source]);
    const decided = decideQuote((code) => found.get(code), question, this.now());
    if (!decided.ok) throw new Refused(decided.rejection, decided.path);
    return decided.result;
  }
}

function decideQuote(
  assetOf: (code: string) => Asset | undefined,
  { code, source: sourceCode, amount, exchangeAt }: QuoteQuestion,
  now: Instant,
): Decided<Quote> {
  const [destination, source] = [assetOf(code), assetOf(sourceCode)];
  if (!destination) return refuse({ code: 'asset_not_found' });
  if (!source) return refuse({ code: 'unknown_asset' }, ['source']);
  const quoted = quoteExchange({ source, destination, amount, at: exchangeAt ?? now });
  if (quoted.ok) return answer(quoted.quote);
  return refuse(quoted.rejection, [quoted.rejection.code === 'rate_unknown' ? 'source' : 'amount']);
}
