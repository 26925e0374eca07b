/** What clients do with products and their versions. */
import type { Instant } from '../domain/instant';
import type { PriceDraft } from '../domain/price';
import { findVersion, product, type Product, type VersionStatus } from '../domain/product';
import type { ProductCommand, VersionChange, VersionDraft } from '../domain/product-messages';
import type { Moment } from './ports';
import { answer, type Decided, refuse } from './rejection';
import type { TenantCatalog } from './tenant-catalog';
import type { UseCase } from './use-case';

export interface PricesRequest {
  readonly prices: readonly PriceDraft[];
  readonly publish: boolean;
}

/** A version that was made, without its prices. */
export interface MadeVersion {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly version: number;
  readonly status: VersionStatus;
  readonly isDefault: boolean;
  readonly createdAt: Instant;
}

export const createProduct = (
  request: PricesRequest & {
    readonly code: string;
    readonly name: string;
    readonly description?: string | undefined;
  },
): UseCase<MadeVersion> => ({
  wants: { products: [{ code: request.code }], assets: assetsOf(request) },
  decide(catalog, moment) {
    const { code, name, description } = request;
    if (catalog.product({ code })) return refuse({ code: 'code_taken' }, ['code']);
    const productId = moment.newId('prp');
    const version = versionDraft(catalog, moment, request);
    const command: ProductCommand = {
      type: 'CreateProduct',
      productId,
      code,
      name,
      description,
      version,
      at: moment.now,
    };
    const decided = decideProduct(catalog, productId, command);
    return decided.ok ? answer(madeVersion(decided.result, 1)) : decided;
  },
});

export const draftVersion = (
  request: PricesRequest & { readonly productId: string },
): UseCase<MadeVersion> => ({
  wants: { products: [{ id: request.productId }], assets: assetsOf(request) },
  decide(catalog, moment) {
    const version = versionDraft(catalog, moment, request);
    const command: ProductCommand = { type: 'DraftVersion', version, at: moment.now };
    const decided = decideProduct(catalog, request.productId, command);
    if (!decided.ok) return decided;
    return answer(madeVersion(decided.result, decided.result.versions.size));
  },
});

export const changeVersion = (
  request: VersionChange & { readonly productId: string },
): UseCase<{ readonly version: number }> => ({
  wants: { products: [{ id: request.productId }] },
  decide(catalog, { now }) {
    const { productId, version, publish, makeDefault } = request;
    const command: ProductCommand = {
      type: 'ChangeVersion',
      version,
      publish,
      makeDefault,
      at: now,
    };
    const decided = decideProduct(catalog, productId, command);
    if (!decided.ok) return decided;
    const changed = findVersion(decided.result, version);
    return changed ? answer({ version: changed.version }) : refuse({ code: 'version_not_found' });
  },
});

export const archive = (
  productId: string,
  version?: VersionChange['version'],
): UseCase<undefined> => ({
  wants: { products: [{ id: productId }] },
  decide(catalog, { now }) {
    const command: ProductCommand =
      version === undefined
        ? { type: 'ArchiveProduct', at: now }
        : { type: 'ArchiveVersion', version, at: now };
    const decided = decideProduct(catalog, productId, command);
    return decided.ok ? answer(undefined) : decided;
  },
});

function decideProduct(
  catalog: TenantCatalog,
  id: string,
  command: ProductCommand,
): Decided<Product> {
  const decision = product.decide(command, catalog.product({ id }));
  if (decision.outcome === 'rejected') return refuse(decision.rejection, placeOf(command));
  return answer(catalog.recordProduct(id, decision.events));
}

/** What a refusal of a change is about; the id in the path is about nothing in the body. */
const placeOf = (command: ProductCommand): readonly string[] =>
  command.type !== 'ChangeVersion'
    ? []
    : command.makeDefault === undefined
      ? ['publish']
      : ['make_default'];

const assetsOf = ({ prices }: PricesRequest): string[] =>
  prices.flatMap(({ pricing }) => pricing.map(({ asset }) => asset));

function versionDraft(
  catalog: TenantCatalog,
  { newId }: Moment,
  request: PricesRequest,
): VersionDraft {
  const { prices, publish } = request;
  const known = assetsOf(request).filter((code) => catalog.asset(code));
  return {
    prices,
    newPriceIds: prices.map(() => newId('prc')),
    assets: new Set(known),
    publish,
  };
}

function madeVersion(made: Product, number: number): MadeVersion {
  const version = made.versions.get(number);
  if (!version) throw new Error('a drafted version exists');
  return {
    id: made.id,
    code: made.code,
    name: made.name,
    version: number,
    status: version.status,
    isDefault: made.defaultVersion === number,
    createdAt: version.createdAt,
  };
}
