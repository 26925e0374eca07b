/**
 * What can be asked of a product, what then happened, and why not.
 *
 * Time: `at` is the instant of the batch that decides.
 */
import type { Instant } from './instant';
import type { Issue } from './issue';
import type { Price, PriceDraft } from './price';

export type ProductCommand =
  | {
      readonly type: 'CreateProduct';
      readonly productId: string;
      readonly code: string;
      readonly name: string;
      readonly description?: string | undefined;
      readonly version: VersionDraft;
      readonly at: Instant;
    }
  | { readonly type: 'DraftVersion'; readonly version: VersionDraft; readonly at: Instant }
  | ({ readonly type: 'ChangeVersion'; readonly at: Instant } & VersionChange)
  | { readonly type: 'ArchiveVersion'; readonly version: VersionChoice; readonly at: Instant }
  | { readonly type: 'ArchiveProduct'; readonly at: Instant };

export interface VersionDraft {
  readonly prices: readonly PriceDraft[];
  /** One per price. */
  readonly newPriceIds: readonly string[];
  /** Codes that exist, at least of those that the drafts name. */
  readonly assets: ReadonlySet<string>;
  readonly publish: boolean;
}

/** `false` asks for the opposite: fine while it is so already. */
export interface VersionChange {
  readonly version: VersionChoice;
  readonly publish?: boolean | undefined;
  readonly makeDefault?: boolean | undefined;
}

export type VersionChoice = number | 'default';

export type ProductEvent =
  | {
      readonly type: 'ProductCreated';
      readonly productId: string;
      readonly code: string;
      readonly name: string;
      readonly description?: string | undefined;
      readonly at: Instant;
    }
  | {
      readonly type: 'ProductVersionDrafted';
      readonly productId: string;
      readonly code: string;
      readonly version: number;
      readonly prices: readonly Price[];
      readonly at: Instant;
    }
  | VersionEvent<'ProductVersionPublished'>
  | VersionEvent<'ProductDefaultChanged'>
  | VersionEvent<'ProductVersionArchived'>
  | { readonly type: 'ProductArchived'; readonly productId: string; readonly at: Instant };

interface VersionEvent<Type extends string> {
  readonly type: Type;
  readonly productId: string;
  readonly version: number;
  readonly at: Instant;
}

export type ProductRejection =
  | { readonly code: 'product_not_found' }
  | { readonly code: 'version_not_found' }
  | { readonly code: 'product_archived' }
  | { readonly code: 'version_archived' }
  | { readonly code: 'version_published' }
  | { readonly code: 'version_is_draft' }
  | { readonly code: 'version_is_default' }
  | { readonly code: 'too_many_versions'; readonly max: number }
  | { readonly code: 'invalid'; readonly issues: readonly Issue[] };
