/**
 * Policy: a customer subscribed, or moved to another version -> an account at 0 is opened for every
 * asset of its prices, so that a wallet shows what it may be charged in before it is.
 */
import { DEFAULT_ACCOUNT_NAME } from '../domain/wallet-command';
import type { DeliveredCommand } from './ledger-entry';
import type {
  LogAddress,
  ProductVersionAssets,
  ProductVersionRef,
  ProductVersions,
  WalletKey,
} from './ports';

export type CatalogChange =
  | { readonly kind: 'version-priced'; readonly version: ProductVersionAssets }
  | {
      readonly kind: 'subscribed';
      readonly wallet: WalletKey;
      readonly products: readonly ProductVersionRef[];
      readonly cause: LogAddress;
      readonly factIndex: number;
    };

/** A subscription to a version that was never drafted: the catalog contradicts itself. */
export class UnknownProductVersion extends Error {
  constructor(
    readonly factIndex: number,
    { productId, version }: ProductVersionRef,
  ) {
    super(`version ${version} of product ${productId} is not known`);
  }
}

export interface CatalogConsequences {
  readonly commands: readonly DeliveredCommand[];
  readonly productVersions: readonly ProductVersionAssets[];
}

/** Errors: UnknownProductVersion. */
export async function consequencesOf(
  changes: readonly CatalogChange[],
  productVersions: ProductVersions,
): Promise<CatalogConsequences> {
  const priced = changes.flatMap((change) =>
    change.kind === 'version-priced' ? [change.version] : [],
  );
  const subscribed = changes.filter((change) => change.kind === 'subscribed');
  const assets = new Map(priced.map((version) => [nameOf(version), version.assets]));
  const missing = new Map(
    subscribed
      .flatMap(({ products }) => products)
      .filter((product) => !assets.has(nameOf(product)))
      .map((product) => [nameOf(product), product]),
  );
  if (missing.size > 0)
    for (const found of await productVersions.findAssets([...missing.values()]))
      assets.set(nameOf(found), found.assets);

  const commands = subscribed.map(({ wallet, products, cause, factIndex }): DeliveredCommand => {
    const codes = products.flatMap((product) => {
      const known = assets.get(nameOf(product));
      if (!known) throw new UnknownProductVersion(factIndex, product);
      return known;
    });
    const accounts = [...new Set(codes)].map((asset) => ({ name: DEFAULT_ACCOUNT_NAME, asset }));
    return { wallet, cause, factIndex, command: { type: 'OpenAccounts', accounts } };
  });
  return { commands, productVersions: priced };
}

const nameOf = ({ platform, mode, productId, version }: ProductVersionRef): string =>
  `${platform} ${mode} ${productId} ${version}`;
