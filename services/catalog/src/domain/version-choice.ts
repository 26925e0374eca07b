/**
 * Which version of which product a subscription means.
 *
 * Shape:  the version with all that a customer's bounds need, or why it can't be subscribed to.
 *         `place` says which member of the reference is wrong.
 */
import type { SubscribedProduct } from './customer-messages';
import { findVersion, type Product } from './product';
import type { VersionChoice } from './product-messages';

/** A product by id, by code, or by both when they mean the same one. */
export interface ProductReference {
  readonly id?: string | undefined;
  readonly code?: string | undefined;
  /** Absent means the default version. */
  readonly version?: VersionChoice | undefined;
}

export interface ChoiceRejection {
  readonly code:
    | 'unknown_product'
    | 'product_mismatch'
    | 'product_not_offered'
    | 'product_not_published'
    | 'unknown_version'
    | 'version_not_published'
    | 'version_not_offered';
  readonly place: readonly ('id' | 'code' | 'version')[];
}

export type ChosenVersion =
  | { readonly ok: true; readonly product: SubscribedProduct }
  | { readonly ok: false; readonly rejection: ChoiceRejection };

export function chooseVersion(
  reference: ProductReference,
  found: Product | undefined,
): ChosenVersion {
  const named = reference.id === undefined ? 'code' : 'id';
  if (!found) return no('unknown_product', named);
  if (reference.code !== undefined && reference.code !== found.code)
    return no('product_mismatch', 'code');
  if (found.archived) return no('product_not_offered', named);
  return chooseAmong(found, reference.version);
}

/** The same for a product that the customer has already: an archived one keeps its versions. */
export function chooseAmong(found: Product, choice: VersionChoice | undefined): ChosenVersion {
  const version = findVersion(found, choice ?? 'default');
  if (!version)
    return typeof choice === 'number'
      ? no('unknown_version', 'version')
      : no('product_not_published', ...(choice ? (['version'] as const) : []));
  if (version.status === 'draft') return no('version_not_published', 'version');
  if (version.status === 'archived') return no('version_not_offered', 'version');
  const { id: productId, code } = found;
  return { ok: true, product: { productId, code, version: version.version, lines: version.lines } };
}

const no = (code: ChoiceRejection['code'], ...place: ChoiceRejection['place']): ChosenVersion => ({
  ok: false,
  rejection: { code, place },
});
