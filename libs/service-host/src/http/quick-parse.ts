/**
 * The short way through a schema for a body that is right. zod makes an object at every step to
 * collect what may be wrong; this makes none, knows only what bodies of hot routes consist of, and
 * says `MISS` as soon as something is wrong or not known: then zod is asked, and its word counts.
 *
 * Rule: a value that is not a MISS is what zod would have made of the same input.
 */
import { z } from 'zod';

export const MISS = Symbol('miss');
export type QuickParse = (input: unknown) => unknown;

type Schema = z.core.$ZodType;
type DefOf<Type extends z.core.$ZodTypes> = Type['_zod']['def'];

/** Objects are strict, whatever the schema says of unknown keys, as `strictly` has them. */
export function quickly(schema: Schema): QuickParse {
  const parse = byType(schema);
  const checks = checksOf(schema);
  if (checks.length === 0) return parse;
  return (input) => {
    const value = parse(input);
    return value === MISS ? MISS : checked(value, checks);
  };
}

const unknown: QuickParse = () => MISS;

function byType(schema: Schema): QuickParse {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return primitive(IS[def.type], def.coerce === true);
    case 'optional':
      return optional(def);
    case 'default':
      return withDefault(def);
    case 'union':
      return plainUnion(def);
    case 'pipe':
      return pipe(def);
    case 'transform':
      return transform(def);
    case 'object':
      return object(def);
    default:
      return unknown;
  }
}

const primitive =
  (is: (input: unknown) => boolean, coerces: boolean): QuickParse =>
  (input) =>
    !coerces && is(input) ? input : MISS;

const IS = {
  string: (input: unknown): boolean => typeof input === 'string',
  number: (input: unknown): boolean => Number.isFinite(input),
  boolean: (input: unknown): boolean => typeof input === 'boolean',
};

function optional({ innerType }: DefOf<z.core.$ZodOptional>): QuickParse {
  const inner = quickly(innerType);
  const isDefaulted = innerType._zod.optin === 'defaulted';
  return (input) => (input === undefined && !isDefaulted ? undefined : inner(input));
}

function withDefault({ innerType, defaultValue }: DefOf<z.core.$ZodDefault>): QuickParse {
  // zod copies a default that could be changed by whoever gets it.
  if (typeof defaultValue === 'object') return unknown;
  const inner = quickly(innerType);
  return (input) => (input === undefined ? defaultValue : inner(input));
}

/** Of alternatives that exclude each other, so that the order does not matter. */
function plainUnion({ options }: DefOf<z.core.$ZodUnion>): QuickParse {
  const types = options.map(({ _zod }) => _zod.def.type);
  const isPlain = types.every((type) => type in IS) && new Set(types).size === types.length;
  if (!isPlain) return unknown;
  const parsers = options.map(quickly);
  return (input) => {
    for (const parse of parsers) {
      const value = parse(input);
      if (value !== MISS) return value;
    }
    return MISS;
  };
}

function pipe({ in: from, out: to }: DefOf<z.core.$ZodPipe>): QuickParse {
  const [first, second] = [quickly(from), quickly(to)];
  return (input) => {
    const value = first(input);
    return value === MISS ? MISS : second(value);
  };
}

function transform(def: DefOf<z.core.$ZodTransform>): QuickParse {
  return (input) => {
    const payload: z.core.ParsePayload & { addIssue?: () => void } = { value: input, issues: [] };
    let isWrong = false;
    payload.addIssue = () => {
      isWrong = true;
    };
    const value: unknown = def.transform(input, payload as never);
    return isWrong || payload.issues.length > 0 || value instanceof Promise ? MISS : value;
  };
}

function object({ shape }: DefOf<z.core.$ZodObject>): QuickParse {
  const members = new Map(Object.entries(shape).map(([key, member]) => [key, quickly(member)]));
  const list = [...members];
  return (input) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return MISS;
    const given = input as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(given)) if (!members.has(key)) return MISS;
    const made: Record<string, unknown> = {};
    for (const [key, parse] of list) {
      const value = parse(given[key]);
      if (value === MISS) return MISS;
      if (value !== undefined) made[key] = value;
    }
    return made;
  };
}

type Check = z.core.$ZodCheck<never>;

function checksOf(schema: Schema): readonly Check[] {
  const own = schema._zod.traits.has('$ZodCheck') ? [schema as unknown as Check] : [];
  return [...own, ...((schema._zod.def.checks ?? []) as Check[])];
}

function checked(value: unknown, checks: readonly Check[]): unknown {
  const payload: z.core.ParsePayload = { value, issues: [] };
  for (const check of checks) {
    const { when } = check._zod.def;
    if (when && !when(payload)) continue;
    const waiting = check._zod.check(payload as never);
    if (waiting instanceof Promise || payload.issues.length > 0) return MISS;
  }
  return payload.value;
}
