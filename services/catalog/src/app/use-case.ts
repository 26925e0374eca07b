import type { Moment, Wants } from './ports';
import type { Decided } from './rejection';
import type { TenantCatalog } from './tenant-catalog';

/**
 * One request of a client: what it must see, and how it is decided on that.
 *
 * Shape: `Result` is plain JSON (money as decimal text), because it is kept for a repeated
 *        `Idempotency-Key` and answered again.
 */
export interface UseCase<Result> {
  readonly wants: Partial<Wants>;
  decide(catalog: TenantCatalog, moment: Moment): Decided<Result>;
}
