/** Bodies of vendors. */
import { zName, zPage } from '@kontor/service-host';
import { z } from 'zod';
import type { Vendor } from '../../app/vendor-ports';

export const zCreateVendor = z.object({ name: zName, external_id: zName.optional() });
export type CreateVendorDto = z.infer<typeof zCreateVendor>;

export const zVendorList = zPage.extend({ external_id: zName.optional() });
export type VendorListDto = z.infer<typeof zVendorList>;

export const zVendor = z.object({
  id: z.string(),
  external_id: z.string().nullable(),
  name: z.string(),
  created_at: z.string().meta({ format: 'date-time' }),
});
export const zVendorCreated = zVendor.pick({ id: true, created_at: true });
export const zVendorPage = z.object({
  items: z.array(zVendor),
  total_count: z.int(),
  limit: z.int(),
  offset: z.int(),
  next_cursor: z.string().nullable(),
});

export const vendorDto = (vendor: Vendor) => ({
  id: vendor.vendorId,
  external_id: vendor.externalId,
  name: vendor.name,
  created_at: vendor.createdAt,
});

export const vendorExample = {
  id: 'vnd_4rjb887sb1h4j2m0hdjmh49gdg',
  external_id: 'openai',
  name: 'OpenAI',
  created_at: '2026-02-17T09:42:22.470555Z',
};
