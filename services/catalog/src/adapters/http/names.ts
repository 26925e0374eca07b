/** What stands in paths: customers by either id, versions by number or as `default`. */
import { notFound } from '@kontor/service-host';
import type { CustomerName } from '../../app/ports';
import type { VersionChoice } from '../../domain/product-messages';

const EXTERNAL_PREFIX = 'ext_';
const VERSION = /^[1-9]\d{0,8}$/;

export const customerName = (text: string): CustomerName =>
  text.startsWith(EXTERNAL_PREFIX)
    ? { externalId: text.slice(EXTERNAL_PREFIX.length) }
    : { customerId: text };

/** Undefined for what is no version. */
export function versionChoice(text: string): VersionChoice | undefined {
  if (text === 'default') return text;
  return VERSION.test(text) ? Number(text) : undefined;
}

export function versionInPath(text: string): VersionChoice {
  const choice = versionChoice(text);
  if (choice === undefined) throw notFound('product version');
  return choice;
}

/** Codes are case-insensitive and kept upper-case. */
export const assetCodeInPath = (text: string): string => text.toUpperCase();
