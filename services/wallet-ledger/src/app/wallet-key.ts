import type { Tenant, WalletKey } from './ports';

/** Platform ids and modes hold no space. */
export const tenantId = ({ platform, mode }: Tenant): string => `${platform} ${mode}`;

/** Made once per command, so that nothing on the way of a batch puts ids together again. */
export function walletKey(tenant: Tenant, customerId: string, partition: number): WalletKey {
  const { platform, mode } = tenant;
  const tenantOf = tenantId(tenant);
  const id = `${tenantOf} ${customerId}`;
  return { platform, mode, customerId, partition, tenantId: tenantOf, id };
}
