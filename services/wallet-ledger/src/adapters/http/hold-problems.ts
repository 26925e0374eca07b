import { notFound, Problem } from '@kontor/service-host';
import type { RequestRejection } from '../../app/ledger-entry';

type HoldRejection = Extract<
  RequestRejection,
  {
    code:
      | 'account_unknown'
      | 'authorization_not_open'
      | 'authorization_expired'
      | 'capture_exceeds_hold'
      | 'too_many_authorizations';
  }
>;

/** Refusals of authorizations as problems. */
export function holdProblemOf(rejection: HoldRejection): Problem {
  switch (rejection.code) {
    case 'account_unknown':
      return notFound('account');
    // Only of a hold that nobody ever placed: of one that ended its end is told.
    case 'authorization_not_open':
      return notFound('authorization');
    case 'authorization_expired':
      return new Problem(409, rejection.code, 'The authorization has expired.');
    case 'capture_exceeds_hold': {
      const { code, ...extensions } = rejection;
      return new Problem(409, code, 'Less is left of the authorization.', { extensions });
    }
    case 'too_many_authorizations':
      return new Problem(
        429,
        rejection.code,
        `A wallet has at most ${rejection.limit} open authorizations.`,
        { retryAfterSeconds: 1 },
      );
  }
}
