import { z } from 'zod';
import { strictly } from '../http/strict-schema';

/** What a client may send (or gets), as JSON Schema 2020-12; unknown fields are refused. */
export function schemaOf(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const { $schema: _version, ...rest } = z.toJSONSchema(strictly(schema), {
    io: 'input',
    target: 'draft-2020-12',
    unrepresentable: 'any',
    reused: 'inline',
  });
  return rest;
}
