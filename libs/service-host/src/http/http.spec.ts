import { z } from 'zod';
import { decimal } from '@kontor/money';
import { QueueFull } from '@kontor/event-sourcing';
import { HttpException } from '@nestjs/common';
import { ERROR_CODES } from './error-codes';
import { FIELD_CODES } from './field-codes';
import { decodeCursor, encodeCursor } from './paging';
import { periodOf, zPeriod } from './period';
import { problemOf } from './problem-of';
import { positionToken } from './reply';
import { RouteIndex } from './route-index';
import { bodyFromStored, storedBody } from './stored-body';
import { strictly } from './strict-schema';
import { fieldErrorsOf } from './zod-issues';

describe('a position token', () => {
  it('names the highest position of each partition, in order', () => {
    const at = (topic: string, partition: number, position: number) => ({
      topic,
      partition,
      position,
    });
    expect(positionToken([at('b', 0, 1), at('a', 10, 2), at('a', 9, 7), at('a', 10, 1)])).toBe(
      'a:9:7,a:10:2,b:0:1',
    );
    expect(positionToken([])).toBe('');
  });
});

describe('a stored answer', () => {
  it('comes back with its decimals as decimals', () => {
    const body = { id: 'x', amount: decimal('0.0000025'), items: [{ a: decimal('-1') }], n: 7 };
    const again = bodyFromStored(storedBody(body)) as typeof body;
    expect(again.amount.toFixed()).toBe('0.0000025');
    expect(again.items[0]?.a.toFixed()).toBe('-1');
    expect(again).toMatchObject({ id: 'x', n: 7 });
  });

  it('without a body is without a body again', () => {
    expect(storedBody(undefined)).toBeNull();
    expect(bodyFromStored(null)).toBeUndefined();
  });
});

describe('a period', () => {
  const read = (query: Record<string, string>) => periodOf(zPeriod.parse(query));

  it.each([
    ['2026-01-05', '2026-01-06T00:00:00.000000Z'],
    ['2026-01-05T10:00:00Z', '2026-01-05T10:00:00.000001Z'],
    ['2026-01-05T23:59:59.999999Z', '2026-01-06T00:00:00.000000Z'],
    ['2026-02-28', '2026-03-01T00:00:00.000000Z'],
    ['9999-12-31', '9999-12-31T23:59:59.999999Z'],
  ])('to %s, inclusive, ends before %s', (to, exclusive) => {
    expect(read({ period_to: to }).to).toBe(exclusive);
  });

  it('may be a single instant or day, and open at either end', () => {
    expect(read({})).toEqual({ from: undefined, to: undefined, sentFrom: null, sentTo: null });
    const instant = '2026-01-05T10:00:00+01:00';
    expect(read({ period_from: instant, period_to: instant })).toMatchObject({
      from: '2026-01-05T09:00:00.000000Z',
      to: '2026-01-05T09:00:00.000001Z',
      sentFrom: instant,
    });
  });

  it('does not end before it begins', () => {
    expect(() => read({ period_from: '2026-01-06', period_to: '2026-01-05' })).toThrow(
      '`period_from` is after `period_to`.',
    );
  });
});

describe('a cursor', () => {
  const shape = z.tuple([z.string()]);

  it('comes back as it was given', () => {
    expect(decodeCursor('things', encodeCursor('things', ['a"b\u{1f600}']), shape)).toEqual([
      'a"b\u{1f600}',
    ]);
  });

  it.each([
    ['of another list', encodeCursor('others', ['a'])],
    ['with another type', encodeCursor('things', [1])],
    ['with a NUL character', encodeCursor('things', ['a\0'])],
    ['with half a character', encodeCursor('things', ['\ud800'])],
    ['that is no JSON', 'zzz'],
  ])('%s is refused', (_what, forged) => {
    expect(() => decodeCursor('things', forged, shape)).toThrow('Use the `next_cursor`');
  });
});

describe('a strict schema', () => {
  it('refuses unknown fields inside every kind of schema, and keeps what it transforms', () => {
    const inner = z.object({ a: z.string() });
    const schema = strictly(
      z.object({
        list: z.array(inner).optional(),
        record: z.record(z.string(), inner).optional(),
        either: z.union([inner, z.object({ b: z.number() })]).optional(),
        tuple: z.tuple([inner]).nullable().default(null),
        piped: inner.transform(({ a }) => a.length).optional(),
        open: z.looseObject({}).optional(),
      }),
    );
    expect(schema.parse({ piped: { a: 'xyz' } })).toEqual({ piped: 3, tuple: null });
    expect(schema.parse({ open: { any: 1 } })).toMatchObject({ open: { any: 1 } });
    for (const bad of [
      { top: 1 },
      { list: [{ a: '', x: 1 }] },
      { record: { k: { a: '', x: 1 } } },
      { either: { b: 1, x: 1 } },
      { tuple: [{ a: '', x: 1 }] },
      { piped: { a: '', x: 1 } },
    ])
      expect(schema.safeParse(bad).success).toBe(false);
  });
});

describe('what a schema finds', () => {
  const errors = (schema: z.ZodType, input: unknown) =>
    fieldErrorsOf(schema.safeParse(input).error?.issues ?? [], input, 'body').map(
      ({ pointer, code }) => `${pointer} ${code}`,
    );

  it('points at the alternative that was meant', () => {
    const schema = strictly(
      z.object({
        value: z.union([
          z.object({ type: z.literal('a'), n: z.number() }),
          z.object({ type: z.literal('b'), s: z.string() }),
        ]),
      }),
    );
    expect(errors(schema, { value: { type: 'a', n: 'x' } })).toEqual(['/value/n invalid_type']);
    expect(errors(schema, { value: 7 })).toEqual(['/value invalid_type']);
    expect(errors(schema, {})).toEqual(['/value required']);
  });

  it('names the field too many of the alternative that fits otherwise', () => {
    const value = z.object({ unit_price: z.number().optional() });
    const block = z.object({ dimensions: z.object({}), values: z.array(value) });
    const schema = strictly(z.array(z.union([block, value])));
    expect(errors(schema, [{ unit_price: 1, foo: 2 }])).toEqual(['/0/foo unknown_field']);
    expect(errors(schema, [{ dimensions: {}, values: [], foo: 2 }])).toEqual([
      '/0/foo unknown_field',
    ]);
    expect(errors(schema, [{ dimensions: {}, values: [{ foo: 2 }] }])).toEqual([
      '/0/values/0/foo unknown_field',
    ]);
    expect(errors(schema, [{ dimensions: {} }])).toEqual(['/0/values required']);
    expect(errors(z.union([z.string().min(1), z.number()]), '')).toEqual([' too_small']);
  });

  it('escapes names in pointers and names at most 100 errors', () => {
    const schema = z.object({ 'a/b~c': z.array(z.number()) });
    const input = { 'a/b~c': Array.from({ length: 500 }, () => 'x') };
    const found = errors(schema, input);
    expect(found).toHaveLength(100);
    expect(found[0]).toBe('/a~1b~0c/0 invalid_type');
  });
});

describe('the routes of a path', () => {
  const index = new RouteIndex<{ method: string; pattern: string; name: string }>();
  index.add({ method: 'GET', pattern: '/customers/{id}', name: 'one' });
  index.add({ method: 'GET', pattern: '/customers/stats', name: 'stats' });
  index.add({ method: 'POST', pattern: '/customers/:id/subscriptions', name: 'subscribe' });

  it('prefer a literal segment to a parameter', () => {
    expect(index.find('GET', '/customers/stats')?.name).toBe('stats');
    expect(index.find('HEAD', '/customers/other/')?.name).toBe('one');
    expect(index.find('POST', '/customers/x/subscriptions')?.name).toBe('subscribe');
    expect(index.find('DELETE', '/customers/x')).toBeUndefined();
    expect(index.at('/nowhere')).toEqual([]);
  });
});

describe('what is thrown', () => {
  it('is a problem when the client or the surroundings are to blame, else a bug', () => {
    expect(problemOf(new QueueFull())).toMatchObject({ status: 429, code: 'queue_full' });
    expect(problemOf(new HttpException('no', 404))).toMatchObject({ status: 404 });
    expect(problemOf(new HttpException('no', 502))).toBeUndefined();
    expect(problemOf(Object.assign(new Error(), { code: '40P01' }))).toMatchObject({ status: 503 });
    expect(problemOf(Object.assign(new Error(), { code: '22P02' }))).toBeUndefined();
    expect(problemOf('text')).toBeUndefined();
  });
});

describe('the registry of codes', () => {
  it('uses snake_case and statuses of refusals', () => {
    for (const [code, { status, title, meaning }] of Object.entries(ERROR_CODES)) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(`${title} ${meaning}`).toMatch(/^\S.*\.$/);
    }
    for (const [code, meaning] of Object.entries(FIELD_CODES)) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(meaning).toMatch(/\.$/);
    }
  });
});
