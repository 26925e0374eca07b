import { z } from 'zod';
import { strictly } from '../http/strict-schema';

type Json = Readonly<Record<string, unknown>>;

/**
 * What a client may send (or gets), as JSON Schema 2020-12; unknown fields are refused.
 *
 * Shape: what refers to itself is any JSON: a `$defs` of one schema would not be found in OpenAPI.
 */
export function schemaOf(schema: z.ZodType): Json {
  const { $schema: _version, ...rest } = z.toJSONSchema(strictly(schema), {
    io: 'input',
    target: 'draft-2020-12',
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ jsonSchema }) => withoutNoise(jsonSchema),
  });
  return withoutSelfReferences(rest) as Json;
}

/** Bounds that every JSON integer has, and that keys are texts. */
function withoutNoise(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  delete schema.propertyNames;
}

function withoutSelfReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSelfReferences);
  if (typeof value !== 'object' || value === null) return value;
  if ('$ref' in value && typeof value.$ref === 'string') return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '$defs')
      .map(([key, member]) => [key, withoutSelfReferences(member)]),
  );
}
