/**
 * The zod atoms of the HTTP contract: bounds and forms that are the same in every service.
 *
 * Source: design.md's chapter on bad input; libs/contracts for instants and ids.
 */
import { isUuid, parseInstant, type InstantText } from '@kontor/contracts';
import { parseExactAmount, parseUsageAmount, type Decimal, type ParsedAmount } from '@kontor/money';
import { z } from 'zod';

/** Codes, names, external ids, event types, subjects. */
export const NAME_CHARACTERS_MAX = 255;
export const DESCRIPTION_CHARACTERS_MAX = 1_000;
export const METADATA_BYTES_MAX = 4 * 1024;

/** Text of at most `max` characters (code points, as PostgreSQL counts them). May be empty. */
export const zText = (max: number): z.ZodType<string, string> =>
  z
    .string()
    .refine((text) => text.length <= max || codePoints(text) <= max, {
      error: `At most ${max} characters.`,
      params: { code: 'too_long' },
    })
    .meta({ maxLength: max });

const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

/** 1 to 255 characters. */
export const zName = z
  .string()
  .min(1)
  .refine((text) => text.length <= NAME_CHARACTERS_MAX || codePoints(text) <= NAME_CHARACTERS_MAX, {
    error: `At most ${NAME_CHARACTERS_MAX} characters.`,
    params: { code: 'too_long' },
  })
  .meta({ maxLength: NAME_CHARACTERS_MAX });

export const zDescription = zText(DESCRIPTION_CHARACTERS_MAX);

/** Anything a caller wants to keep with a resource; comes back as sent. */
export const zMetadata = z
  .record(z.string(), z.unknown())
  .refine((metadata) => Buffer.byteLength(JSON.stringify(metadata)) <= METADATA_BYTES_MAX, {
    error: 'At most 4 KiB as JSON.',
    params: { code: 'too_large' },
  })
  .meta({ description: 'Kept as sent; at most 4 KiB as JSON.' });

const amountOf =
  (parse: (value: unknown) => ParsedAmount) =>
  (value: unknown, context: z.RefinementCtx): Decimal => {
    const parsed = parse(value);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: 'custom', message: parsed.detail, params: { code: parsed.code } });
    return z.NEVER;
  };

const zNumberOrText = z
  .union([z.number(), z.string()])
  .meta({ description: 'A JSON number of at most 15 significant digits, or a decimal string.' });

/** Prices, rates, adjustments, charges, limits: what is sent is what is meant. */
export const zExactAmount = zNumberOrText.transform(amountOf(parseExactAmount));

/** Usage and costs: a JSON number is taken at 15 significant digits. */
export const zUsageAmount = zNumberOrText.transform(amountOf(parseUsageAmount));

/** RFC 3339 with any offset; becomes canonical instant text. */
export const zInstant = z
  .string()
  .meta({ format: 'date-time' })
  .transform((text, context): InstantText => {
    const instant = parseInstant(text);
    if (instant !== undefined) return instant;
    context.addIssue({
      code: 'custom',
      message: 'Expected an RFC 3339 instant like 2026-01-05T14:32:18Z.',
      params: { code: 'invalid_instant' },
    });
    return z.NEVER;
  });

/** Any UUID; becomes lower case, so that two spellings are one id. */
export const zUuid = z
  .string()
  .meta({ format: 'uuid' })
  .transform((text, context): string => {
    if (isUuid(text)) return text.toLowerCase();
    context.addIssue({
      code: 'custom',
      message: 'Expected a UUID.',
      params: { code: 'invalid_uuid' },
    });
    return z.NEVER;
  });

const ASSET_CODE = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** Case-insensitive; kept upper-case. */
export const zAssetCode = zName
  .regex(ASSET_CODE, 'Letters, digits, `_`, `.` and `-`, beginning with a letter or digit.')
  .transform((code) => code.toUpperCase());
