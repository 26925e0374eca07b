/**
 * The volume of an event: a JSON number or decimal string of zero or more in its `data`.
 *
 * Units:  whatever the price counts (tokens, minutes); rounded half-even to 12 decimals like every
 *         number of usage.
 */
import { type Decimal, parseUsageAmount, ZERO } from '@kontor/money';
import { type EventFields, fieldOf } from './event-fields';

export type VolumeReading =
  | { readonly ok: true; readonly volume: Decimal }
  | { readonly ok: false; readonly reason: 'volume_field_missing' | 'volume_field_invalid' };

export function readVolume(data: EventFields | undefined, field: string): VolumeReading {
  const value = fieldOf(data, field);
  if (value === undefined) return { ok: false, reason: 'volume_field_missing' };
  const parsed = parseUsageAmount(value);
  return parsed.ok && parsed.value.gte(ZERO)
    ? { ok: true, volume: parsed.value }
    : { ok: false, reason: 'volume_field_invalid' };
}
