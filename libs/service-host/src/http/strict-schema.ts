/**
 * Makes every object of a schema refuse fields that it does not know, whatever its writer chose:
 * a field that we would ignore is a misunderstanding that the client never hears of.
 */
import { z } from 'zod';

type Schema = z.core.$ZodType;

/** The same schema with `z.object` made strict, at every depth. Objects with a catchall stay. */
export function strictly<S extends z.ZodType>(schema: S): S {
  return rebuilt(schema) as S;
}

function rebuilt(schema: Schema): Schema {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return copyOf(schema, {
        shape: mapValues(def.shape, rebuilt),
        catchall: def.catchall ?? z.never(),
      });
    case 'array':
      return copyOf(schema, { element: rebuilt(def.element) });
    case 'record':
      return copyOf(schema, { valueType: rebuilt(def.valueType) });
    case 'tuple':
      return copyOf(schema, { items: def.items.map(rebuilt) });
    case 'union':
      return 'discriminator' in def
        ? copyOf(schema, { options: def.options.map(rebuilt) })
        : firstThatFits(def.options.map(rebuilt));
    case 'pipe':
      return copyOf(schema, { in: rebuilt(def.in), out: rebuilt(def.out) });
    default:
      // Optional, nullable, default and the like: one schema inside, whatever they add.
      return 'innerType' in def ? copyOf(schema, { innerType: rebuilt(def.innerType) }) : schema;
  }
}

/**
 * A union that reports every alternative's issues. zod's own returns those of the alternative that
 * only has unknown fields, and so hides what is wrong in the one that the client meant.
 */
const firstThatFits = (options: readonly Schema[]): Schema =>
  z.unknown().transform((input, context) => {
    const failed: z.ZodSafeParseError<unknown>[] = [];
    for (const option of options) {
      const parsed = z.safeParse(option, input);
      if (parsed.success) return parsed.data;
      failed.push(parsed);
    }
    // Only now: an error makes its texts when it is first looked at, which costs more than parsing.
    const errors = failed.map(({ error }) => error.issues);
    context.issues.push({ code: 'invalid_union', errors, input });
    return z.NEVER;
  });

function copyOf(schema: Schema, patch: Record<string, unknown>): Schema {
  const def = z.core.util.mergeDefs(schema._zod.def as never, patch as never);
  return z.core.clone(schema, def as never, { parent: true });
}

const mapValues = (
  shape: Readonly<Record<string, Schema>>,
  change: (schema: Schema) => Schema,
): Record<string, Schema> =>
  Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, change(schema)]));
