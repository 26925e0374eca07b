import fc from 'fast-check';
import type { FactHeader, UsageRecorded } from '@kontor/contracts';
import { FactTooLarge, InvalidFact } from './errors';
import { buildRecords, FACT_BYTES_MAX, RECORD_BYTES_MAX, textOf } from './records';
import { partitionOf } from './topics';
import { usage } from '../test/services';

const TOPIC = 'usage.recorded.v1';

describe('records', () => {
  it('carries at most 100 facts of one partition, in the order given', () => {
    const facts = Array.from({ length: 250 }, (_, n) => usage('cust_1', n));
    const records = buildRecords(TOPIC, facts);
    expect(records.map((record) => record.facts.length)).toEqual([100, 100, 50]);
    expect(records.flatMap((record) => record.facts)).toEqual(facts);
    expect(new Set(records.map(({ partition }) => partition))).toEqual(
      new Set([partitionOf('cust_1', 8)]),
    );
  });

  it('never exceeds 512 KiB, whatever the sizes', () => {
    const sized = (bytes: number, n: number): UsageRecorded => ({
      ...usage(`cust_${n % 3}`, n),
      data: { text: 'x'.repeat(bytes) },
    });
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 200_000 }), { minLength: 1, maxLength: 12 }), (sizes) => {
        const facts = sizes.map(sized);
        const records = buildRecords(TOPIC, facts);
        for (const record of records) {
          const text = textOf(record);
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(RECORD_BYTES_MAX);
          expect(JSON.parse(text)).toEqual(record.facts);
        }
        expect(records.flatMap((record) => record.facts)).toHaveLength(facts.length);
      }),
      { numRuns: 30 },
    );
  });

  it('names the fact that is too large', () => {
    const large = { ...usage('cust_1', 1), data: { text: 'x'.repeat(FACT_BYTES_MAX) } };
    expect(() => buildRecords(TOPIC, [usage('cust_1', 0), large])).toThrow(FactTooLarge);
  });

  it('names the fact that is not as its schema says', () => {
    const { eventType, ...withoutType } = usage('cust_1', 1);
    expect(eventType).toBe('tokens');
    try {
      buildRecords(TOPIC, [usage('cust_1', 0), withoutType]);
      throw new Error('was accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidFact);
      expect(error).toMatchObject({ index: 1, violation: { detail: expect.any(String) } });
    }
  });

  it("refuses a fact of another topic's schema", () => {
    expect(() => buildRecords('catalog.v1', [usage('cust_1', 0)])).toThrow(
      'not a fact of catalog.v1',
    );
  });

  it('gives every refused item of a raw topic a record of its own', () => {
    const refused: FactHeader[] = ['a', 'a'].map((key) => ({
      type: 'usage.refused',
      platform: '',
      mode: 'live',
      key,
    }));
    expect(buildRecords('usage.ingest.v1.dlq', refused)).toHaveLength(2);
  });

  it('keeps the cause on every record it makes', () => {
    const cause = { topic: TOPIC, partition: 3, position: 7 };
    const facts = Array.from({ length: 101 }, (_, n) => usage('cust_1', n));
    expect(buildRecords(TOPIC, facts, cause).map((record) => record.cause)).toEqual([cause, cause]);
  });
});
