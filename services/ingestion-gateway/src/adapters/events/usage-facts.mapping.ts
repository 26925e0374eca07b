/** Accepted usage and refused items as the facts that are published. */
import type { UsageRecorded } from '@kontor/contracts';
import type { RefusedRecord } from '@kontor/event-log';
import type { AdmittedUsage, RefusedItem } from '../../app/ports';

export function usageRecorded(usage: AdmittedUsage, recordedAt: string): UsageRecorded {
  const { tenant, customerId, vendorIds, event, heads } = usage;
  return {
    type: 'usage.recorded',
    platform: tenant.platform,
    mode: tenant.mode,
    key: customerId,
    eventId: event.eventId,
    eventType: event.eventType,
    occurredAt: event.occurredAt,
    occurredAtText: event.occurredAtText,
    ...(event.authorization && {
      authorizationId: event.authorization.authorizationId,
      authorizationFinal: event.authorization.final,
    }),
    recordedAt,
    ...(event.subject !== undefined && { subject: event.subject }),
    ...(event.description !== undefined && { description: event.description }),
    ...(event.data !== undefined && { data: event.data }),
    ...(event.costs.length > 0 && {
      costs: event.costs.map((cost, index) => ({
        costId: cost.costId,
        vendorId: vendorIds[index] ?? '',
        ...(cost.category !== undefined && { category: cost.category }),
        amount: cost.amount,
        currency: cost.currency,
        sent: cost.sent,
      })),
    }),
    heads: { catalog: heads.catalog, costCatalog: heads.costCatalog },
  };
}

/** Of a larger value only this much goes to the dead-letter topic. */
export const REFUSED_VALUE_BYTES_MAX = 256 * 1024;
/** Headers and key of a hostile record must not make our record larger than a record may be. */
const REFUSED_HEADERS_CHARACTERS_MAX = 16 * 1024;
const REFUSED_KEY_BYTES_MAX = 16 * 1024;
const DETAIL_CHARACTERS_MAX = 1_000;
/** In unicode mode a surrogate matches only when it stands alone. */
const UNKEEPABLE = /[\0\p{Surrogate}]/gu;

/** The platform of an item whose own is not known; no platform has this name. */
const NO_PLATFORM = 'unknown';

export function usageRefused(item: RefusedItem): RefusedRecord {
  const { source, recordKey } = item;
  const { value, isTruncated } = keptOf(item.value);
  return {
    type: 'usage.refused',
    platform: item.tenant?.platform ?? NO_PLATFORM,
    mode: item.tenant?.mode ?? 'live',
    key: `${source.topic}/${source.partition}`,
    ...(isKept(recordKey) && { recordKey: recordKey.toString('base64') }),
    value,
    headers: {
      ...headersOf(item.headers),
      'kontor-error-code': item.code,
      'kontor-error-detail': clean(item.detail).slice(0, DETAIL_CHARACTERS_MAX),
      'kontor-source': `${source.topic}/${source.partition}/${source.offset}`,
      ...(isTruncated && { 'kontor-error-truncated': 'true' }),
    },
  };
}

function keptOf(value: Buffer | null): { value: string | null; isTruncated: boolean } {
  if (value === null) return { value: null, isTruncated: false };
  const isTruncated = value.length > REFUSED_VALUE_BYTES_MAX;
  const kept = isTruncated ? value.subarray(0, REFUSED_VALUE_BYTES_MAX) : value;
  return { value: kept.toString('base64'), isTruncated };
}

const isKept = (recordKey: Buffer | null): recordKey is Buffer =>
  recordKey !== null && recordKey.length <= REFUSED_KEY_BYTES_MAX;

function headersOf(headers: ReadonlyMap<string, string>): Record<string, string> {
  const kept: Record<string, string> = {};
  let characters = 0;
  for (const [name, value] of headers) {
    characters += name.length + value.length;
    if (characters > REFUSED_HEADERS_CHARACTERS_MAX) break;
    kept[clean(name)] = clean(value);
  }
  return kept;
}

const clean = (text: string): string => text.replace(UNKEEPABLE, '\ufffd');
