/**
 * Reading a field of an event's `data`: by its own name, else as a dotted path into objects.
 *
 * Only own members count, so `constructor` or `__proto__` name nothing; `null` is the same as
 * absent.
 */
export type EventFields = Readonly<Record<string, unknown>>;

export function fieldOf(data: EventFields | undefined, name: string): unknown {
  const own = ownMember(data, name);
  return own === undefined && name.includes('.') ? byPath(data, name.split('.')) : own;
}

function byPath(data: unknown, path: readonly string[]): unknown {
  let value: unknown = data;
  for (const step of path) value = ownMember(value, step);
  return value;
}

function ownMember(holder: unknown, name: string): unknown {
  if (!isObject(holder) || !Object.hasOwn(holder, name)) return undefined;
  return holder[name] ?? undefined;
}

const isObject = (value: unknown): value is EventFields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
