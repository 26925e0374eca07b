/** A vendor as its fact. */
import type { VendorCreated } from '@kontor/contracts';
import type { NewVendor } from '../../app/vendor-ports';

export const vendorToWire = (vendor: NewVendor): VendorCreated => ({
  type: 'cost.vendor-created',
  platform: vendor.platform,
  mode: vendor.mode,
  key: vendor.platform,
  vendorId: vendor.vendorId,
  name: vendor.name,
  ...(vendor.externalId !== undefined && { externalId: vendor.externalId }),
  createdAt: vendor.createdAt,
});
