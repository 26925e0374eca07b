import type { FactHeader } from '@kontor/contracts';
import fc from 'fast-check';
import type { KafkaMessage, Message } from 'kafkajs';
import { fromMessage, markOf, toMessage, toRawMessage, type LogRow } from './wire';

const source = { service: 'rating', incarnation: '0b0e2a66-0000-4000-8000-000000000000' };

const fact = (key: string, rest: object = {}): FactHeader => ({
  type: 'rating.usage-rated',
  platform: 'acc_1',
  mode: 'live',
  key,
  ...rest,
});

const row = (facts: readonly object[], rest: Partial<LogRow> = {}): LogRow => ({
  topic: 'rating.rated.v1',
  partition: 3,
  position: 17,
  factsCount: facts.length,
  facts: JSON.stringify(facts),
  recordedAt: '2026-01-05T12:00:00.000001Z',
  ...rest,
});

/** As it comes back from the broker. */
const fetched = ({ key, value, headers }: Message): KafkaMessage => ({
  key: key === undefined || key === null ? null : Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  headers: Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, text]) => [name, Buffer.from(String(text))]),
  ),
  timestamp: '0',
  attributes: 0,
  offset: '99',
});

describe('a record on the wire', () => {
  it('comes back as it was appended', () => {
    const cause = { topic: 'usage.recorded.v1', partition: 3, position: 4 };
    const facts = [fact('cust_1', { amount: '0.0000025' }), fact('cust_2')];
    const message = fetched(toMessage(row(facts, { cause }), source));
    expect(fromMessage('rating.rated.v1', 3, message)).toEqual({
      topic: 'rating.rated.v1',
      partition: 3,
      position: 17,
      incarnation: source.incarnation,
      facts,
      cause,
      recordedAt: '2026-01-05T12:00:00.000001Z',
    });
  });

  it('is read as today, whatever its facts lacked when they were written', () => {
    const old = row([fact('cust_1', { authorizationId: 'auth_1' })]);
    const { facts } = fromMessage('rating.rated.v1', 3, fetched(toMessage(old, source)));
    expect(facts).toEqual([
      fact('cust_1', { authorizationId: 'auth_1', authorizationFinal: true }),
    ]);
  });

  it('names its partition, so that no partitioner chooses another', () =>
    expect(toMessage(row([fact('cust_1')]), source).partition).toBe(3));

  it('has the key of its facts exactly when they share one, wherever else keys are written', () => {
    const key = fc.oneof(fc.constantFrom('a', 'b', 'a"', 'a\\', '"key":"a"', 'ä'), fc.string());
    const nested = fc.record(
      { data: fc.record({ key: fc.oneof(key, fc.integer()) }), note: fc.string() },
      { requiredKeys: [] },
    );
    const written = fc
      .tuple(key, nested, fc.boolean())
      .map(([own, rest, last]) => (last ? { ...rest, ...fact(own) } : fact(own, rest)));
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 5 }), (facts) => {
        const keys = new Set(facts.map((each) => each.key));
        const expected = keys.size === 1 ? [...keys][0] : null;
        expect(toMessage(row(facts), source).key).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('that no relay wrote has no place in the log', () => {
    const foreign = fetched({ value: 'hello', headers: { 'kontor-position': '3' } });
    expect(markOf(foreign)).toBeUndefined();
    expect(() => fromMessage('rating.rated.v1', 3, foreign)).toThrow('no record of ours');
  });

  it.each(['0', '-1', '1.5', 'x', '9007199254740993'])('has no position %s', (position) => {
    const headers = { 'kontor-incarnation': source.incarnation, 'kontor-position': position };
    expect(markOf(fetched({ value: '{}', headers }))).toBeUndefined();
  });

  it('with a broken value is refused by its offset', () => {
    const message = fetched({ ...toMessage(row([fact('a')]), source), value: '{"facts":1}' });
    expect(() => fromMessage('rating.rated.v1', 3, message)).toThrow('offset 99 holds no facts');
  });
});

describe('an item that was refused', () => {
  it('is written with the bytes, the key and the headers that it came with', () => {
    const refused = {
      ...fact('x'),
      type: 'usage.refused',
      recordKey: Buffer.from([1, 2]).toString('base64'),
      value: Buffer.from([0, 255]).toString('base64'),
      headers: { 'kontor-error-code': 'invalid_json' },
    };
    expect(toRawMessage(row([refused]))).toEqual({
      key: Buffer.from([1, 2]),
      value: Buffer.from([0, 255]),
      partition: 3,
      headers: { 'kontor-error-code': 'invalid_json' },
    });
  });
});
