/**
 * One text for equal content: keys sorted, numbers in plain decimal digits. What two requests hash
 * to is the same exactly when they say the same.
 */
import { writeJson } from '@kontor/money';

/** Writes a parsed JSON value canonically. The value's depth is bounded where it was read. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return writeJson(value);
  const members = value as Readonly<Record<string, unknown>>;
  let text = '';
  // The default order is that of UTF-16 code units, as that of `<` is.
  for (const key of Object.keys(members).sort()) {
    const member = members[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** Members whose content belongs to the caller: a `null` in them is kept. */
const CALLERS_OWN = new Set(['data', 'metadata']);

/**
 * The value without its `null` members: `null` means the same as absent, except in `data` and
 * `metadata`. Nulls in arrays stay, because dropping them would move their neighbours.
 */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === null) continue;
    kept[key] = CALLERS_OWN.has(key) ? member : withoutNulls(member);
  }
  return kept;
}
