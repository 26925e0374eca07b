/** Rejections of the catalog as problems: the only place that knows their HTTP statuses. */
import {
  type FieldError,
  invalid,
  notFound,
  pointerOf,
  Problem,
  refused,
} from '@kontor/service-host';
import type { Rejection } from '../../app/rejection';
import type { Issue, Path } from '../../domain/issue';

type Code = Rejection['code'];

const NOT_FOUND: Partial<Record<Code, string>> = {
  customer_not_found: 'customer',
  subscription_not_found: 'subscription',
  product_not_subscribed: 'product in this subscription',
  product_not_found: 'product',
  version_not_found: 'product version',
  asset_not_found: 'asset',
};

/** The state of something does not allow it: 409. */
const CONFLICTS: Partial<Record<Code, string>> = {
  external_id_taken: 'Another customer has this external id.',
  code_taken: 'This code is taken, perhaps by something archived.',
  already_subscribed: 'The customer holds this product already.',
  product_archived: 'The product is archived.',
  version_archived: 'The version is archived.',
  version_published: 'A published version never becomes a draft again.',
  version_is_draft: 'Only a published version can be the default.',
  version_is_default: 'Make another version the default instead.',
};

/** Well-formed but wrong: 422. */
const INVALID: Partial<Record<Code, string>> = {
  renews_before_start: 'A subscription renews after it starts.',
  too_many_subscriptions: 'A customer has at most 1,000 subscriptions.',
  too_many_prices: 'A customer has at most 100 price lines for an event type.',
  too_many_versions: 'A product has at most 1,000 versions.',
  too_many_rates: 'An asset has at most 5,000 rates.',
  unknown_product: 'There is no such product.',
  product_mismatch: '`id` and `code` name different products.',
  product_not_offered: 'The product is archived; only its subscribers keep it.',
  product_not_published: 'No version of the product is published as its default.',
  unknown_version: 'The product has no such version.',
  version_not_published: 'The version is a draft.',
  version_not_offered: 'The version is archived; only its subscribers keep it.',
  unknown_asset: 'There is no such asset.',
  rate_unknown: 'No rate between the two assets holds at that time.',
  amount_not_positive: 'An amount to exchange is greater than 0.',
  amount_out_of_range: 'The result is not below 10^15.',
};

export function toProblem(rejection: Rejection, path: Path): Problem {
  const { code } = rejection;
  if (code === 'invalid') return toProblemOfIssues(rejection.issues);
  if (code === 'request_too_large') return tooLarge();
  if (code === 'idempotency_key_reused')
    return new Problem(422, code, 'This `Idempotency-Key` was used for another request.');
  const missing = NOT_FOUND[code];
  if (missing !== undefined) return notFound(missing);
  const pointer = pointerOf(path);
  const conflict = CONFLICTS[code];
  if (conflict === undefined) return invalid(pointer, code, INVALID[code] ?? code);
  const errors = path.length > 0 ? [{ pointer, code, detail: conflict }] : [];
  return new Problem(409, code, conflict, errors.length > 0 ? { errors } : {});
}

/** One entry per issue; a request that only wants what comes later is `not_supported` as a whole. */
function toProblemOfIssues(issues: readonly Issue[]): Problem {
  const errors = issues.slice(0, ERRORS_MAX).map(toFieldError);
  const [first] = errors;
  if (first && errors.every(({ code }) => code === 'not_supported'))
    return new Problem(422, first.code, first.detail, { errors });
  return refused(errors);
}

/** More help nobody. */
const ERRORS_MAX = 100;

const toFieldError = ({ path, code, detail }: Issue): FieldError => ({
  pointer: pointerOf(path),
  code,
  detail,
});

export const tooLarge = (): Problem =>
  new Problem(413, 'request_too_large', 'A product is at most 200 KiB, a fact 256 KiB.');

/** For what a request may not even ask for yet, found before any rule looks at it. */
export const notSupportedAt = (member: string): Problem =>
  invalid(`/${member}`, 'not_supported', `\`${member}\` is not supported yet.`);
