/** Why a request of the catalog cannot be honoured, and which member of it is to blame. */
import type { AssetRejection } from '../domain/asset';
import type { CustomerRejection } from '../domain/customer-messages';
import type { QuoteRejection } from '../domain/exchange';
import type { Path } from '../domain/issue';
import type { ProductRejection } from '../domain/product-messages';
import type { ChoiceRejection } from '../domain/version-choice';

export type Rejection =
  | CustomerRejection
  | ProductRejection
  | AssetRejection
  | QuoteRejection
  | Pick<ChoiceRejection, 'code'>
  | { readonly code: 'unknown_asset' }
  | { readonly code: 'external_id_taken' }
  | { readonly code: 'idempotency_key_reused' }
  | { readonly code: 'request_too_large' };

/** An answer, not a failure: nothing was written. `path` is empty when it is about the path's id. */
export class Refused extends Error {
  constructor(
    readonly rejection: Rejection,
    readonly path: Path = [],
  ) {
    super(rejection.code);
  }
}

/** A use case's answer, or why there is none. */
export type Decided<Result> =
  | { readonly ok: true; readonly result: Result; readonly namesCustomer?: string }
  | { readonly ok: false; readonly rejection: Rejection; readonly path: Path };

export const refuse = (rejection: Rejection, path: Path = []): Decided<never> => ({
  ok: false,
  rejection,
  path,
});

export const answer = <Result>(result: Result): Decided<Result> => ({ ok: true, result });
