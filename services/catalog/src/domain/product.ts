/**
 * A product: a code that is sold, and its numbered versions of prices.
 *
 * Invariants (product.property.spec.ts):
 *   1. versions are numbered 1, 2, 3 ... without gaps, and a version's prices never change;
 *   2. a version goes draft -> published -> archived and never back;
 *   3. the default version is published, or there is none.
 *
 * Time:   `at` is the instant of the batch; a version has no time of its own.
 * Source: products and prices of the HTTP contract.
 */
import { accept, type Decider, type Decision, reject, unreachable } from '@kontor/event-sourcing';
import type { Instant } from './instant';
import { linesByEventType } from './price';
import { readPrices } from './price-rules';
import type {
  ProductCommand,
  ProductEvent,
  ProductRejection,
  VersionChange,
  VersionChoice,
} from './product-messages';

/** A product with more has become a log of something else. */
export const VERSIONS_MAX = 1_000;

export type VersionStatus = 'draft' | 'published' | 'archived';

export interface ProductVersion {
  readonly version: number;
  status: VersionStatus;
  readonly createdAt: Instant;
  /** (price, asset) lines by event type; all that subscribing needs to know of the prices. */
  readonly lines: ReadonlyMap<string, number>;
}

export interface Product {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly createdAt: Instant;
  archived: boolean;
  defaultVersion: number | undefined;
  readonly versions: Map<number, ProductVersion>;
  /** Of all versions; a next version may repeat them. */
  readonly priceIds: Set<string>;
}

type ProductDecision = Decision<ProductEvent, ProductRejection>;

export const product: Decider<Product | undefined, ProductCommand, ProductEvent, ProductRejection> =
  { initialState: () => undefined, decide, evolve };

function decide(command: ProductCommand, state: Product | undefined): ProductDecision {
  if (command.type === 'CreateProduct') return createProduct(command);
  if (!state) return reject({ code: 'product_not_found' });
  switch (command.type) {
    case 'DraftVersion':
      return draftVersion(command, state);
    case 'ChangeVersion':
      return changeVersion(command, state);
    case 'ArchiveVersion':
      return archiveVersion(command, state);
    case 'ArchiveProduct':
      return state.archived
        ? accept()
        : accept({ type: 'ProductArchived', productId: state.id, at: command.at });
    default:
      return unreachable(command);
  }
}

type Command<Type extends ProductCommand['type']> = Extract<ProductCommand, { type: Type }>;

function createProduct(command: Command<'CreateProduct'>): ProductDecision {
  const { productId, code, name, description, at } = command;
  const read = readPrices(command.version.prices, {
    ...command.version,
    knownPriceIds: new Set(),
  });
  if (!read.ok) return reject({ code: 'invalid', issues: read.issues });
  const created: ProductEvent = {
    type: 'ProductCreated',
    productId,
    code,
    name,
    ...(description === undefined ? {} : { description }),
    at,
  };
  const drafted: ProductEvent = {
    type: 'ProductVersionDrafted',
    productId,
    code,
    version: 1,
    prices: read.prices,
    at,
  };
  const published = command.version.publish ? publish(productId, 1, { first: true, at }) : [];
  return accept(created, drafted, ...published);
}

function draftVersion(command: Command<'DraftVersion'>, state: Product): ProductDecision {
  if (state.archived) return reject({ code: 'product_archived' });
  if (state.versions.size >= VERSIONS_MAX)
    return reject({ code: 'too_many_versions', max: VERSIONS_MAX });
  const read = readPrices(command.version.prices, {
    ...command.version,
    knownPriceIds: state.priceIds,
  });
  if (!read.ok) return reject({ code: 'invalid', issues: read.issues });
  const { id: productId, code } = state;
  const { at } = command;
  const version = state.versions.size + 1;
  const first = state.defaultVersion === undefined;
  return accept(
    { type: 'ProductVersionDrafted', productId, code, version, prices: read.prices, at },
    ...(command.version.publish ? publish(productId, version, { first, at }) : []),
  );
}

function changeVersion(command: Command<'ChangeVersion'>, state: Product): ProductDecision {
  const version = findVersion(state, command.version);
  if (!version) return reject({ code: 'version_not_found' });
  const refused = refuseChange(command, state, version);
  if (refused) return reject(refused);

  const { at } = command;
  const first = state.defaultVersion === undefined;
  const publishing = command.publish === true && version.status === 'draft';
  const alreadyDefault = state.defaultVersion === version.version || (publishing && first);
  return accept(
    ...(publishing ? publish(state.id, version.version, { first, at }) : []),
    ...(command.makeDefault === true && !alreadyDefault
      ? [defaultChanged(state.id, version.version, at)]
      : []),
  );
}

function refuseChange(
  change: VersionChange,
  state: Product,
  version: ProductVersion,
): ProductRejection | undefined {
  const { publish: published, makeDefault } = change;
  if (published === false && version.status === 'published') return { code: 'version_published' };
  if (makeDefault === false && state.defaultVersion === version.version)
    return { code: 'version_is_default' };
  if (published !== true && makeDefault !== true) return undefined;
  if (version.status === 'archived') return { code: 'version_archived' };
  return version.status === 'draft' && published !== true
    ? { code: 'version_is_draft' }
    : undefined;
}

function archiveVersion(command: Command<'ArchiveVersion'>, state: Product): ProductDecision {
  const version = findVersion(state, command.version);
  if (!version) return reject({ code: 'version_not_found' });
  if (version.status === 'archived') return accept();
  return accept({
    type: 'ProductVersionArchived',
    productId: state.id,
    version: version.version,
    at: command.at,
  });
}

/** The first published version becomes the default by itself; later ones must be made it. */
function publish(
  productId: string,
  version: number,
  { first, at }: { readonly first: boolean; readonly at: Instant },
): ProductEvent[] {
  return [
    { type: 'ProductVersionPublished', productId, version, at },
    ...(first ? [defaultChanged(productId, version, at)] : []),
  ];
}

const defaultChanged = (productId: string, version: number, at: Instant): ProductEvent => ({
  type: 'ProductDefaultChanged',
  productId,
  version,
  at,
});

export function findVersion(state: Product, choice: VersionChoice): ProductVersion | undefined {
  const version = choice === 'default' ? state.defaultVersion : choice;
  return version === undefined ? undefined : state.versions.get(version);
}

/** Advances the batch's private copy in place; holds no rules. */
function evolve(state: Product | undefined, event: ProductEvent): Product | undefined {
  if (event.type === 'ProductCreated') return created(event);
  if (!state) return undefined;
  switch (event.type) {
    case 'ProductVersionDrafted':
      return drafted(state, event);
    case 'ProductVersionPublished':
      return withStatus(state, event.version, 'published');
    case 'ProductDefaultChanged':
      state.defaultVersion = event.version;
      return state;
    case 'ProductVersionArchived':
      if (state.defaultVersion === event.version) state.defaultVersion = undefined;
      return withStatus(state, event.version, 'archived');
    case 'ProductArchived':
      return archived(state);
    default:
      return unreachable(event);
  }
}

function drafted(
  state: Product,
  { version, prices, at }: Extract<ProductEvent, { type: 'ProductVersionDrafted' }>,
): Product {
  const lines = linesByEventType(prices);
  state.versions.set(version, { version, status: 'draft', createdAt: at, lines });
  for (const { id } of prices) state.priceIds.add(id);
  return state;
}

function archived(state: Product): Product {
  state.archived = true;
  state.defaultVersion = undefined;
  for (const version of state.versions.values()) version.status = 'archived';
  return state;
}

const created = (event: Extract<ProductEvent, { type: 'ProductCreated' }>): Product => ({
  id: event.productId,
  code: event.code,
  name: event.name,
  description: event.description,
  createdAt: event.at,
  archived: false,
  defaultVersion: undefined,
  versions: new Map(),
  priceIds: new Set(),
});

function withStatus(state: Product, version: number, status: VersionStatus): Product {
  const found = state.versions.get(version);
  if (found) found.status = status;
  return state;
}
