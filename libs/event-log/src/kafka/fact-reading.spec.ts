import type { KafkaMessage } from 'kafkajs';
import fc from 'fast-check';
import type { CheckpointPosition } from '../ports';
import { FactReading } from './fact-reading';

const LOG = 'aaaaaaaa-0000-4000-8000-000000000000';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

const record = (offset: number, position: number, incarnation = LOG): KafkaMessage => ({
  key: null,
  value: Buffer.from('{"facts":[]}'),
  timestamp: '0',
  attributes: 0,
  offset: String(offset),
  headers: { 'kontor-incarnation': incarnation, 'kontor-position': String(position) },
});

/** A reader whose checkpoint of partition 0 is `checkpoint`. */
function readingFrom(checkpoint: Partial<CheckpointPosition>): {
  reading: FactReading;
  drifts: number[];
} {
  const drifts: number[] = [];
  const reading = new FactReading(
    {
      consumer: 'rating.usage',
      topic: 'usage.recorded.v1',
      factsMax: 10,
      checkpoints: () =>
        Promise.resolve([{ topic: 'usage.recorded.v1', partition: 0, position: 0, ...checkpoint }]),
      deliver: () => Promise.resolve('applied'),
    },
    'usage.recorded.v1',
    silent,
    (_, drift) => drifts.push(drift),
  );
  return { reading, drifts };
}

describe('facts read by their positions', () => {
  it('are each taken once and in order, wherever relays wrote stretches twice', async () => {
    // A relay that crashes goes back to what it remembered; what it wrote stays.
    const crash = fc.record({ after: fc.integer({ min: 1, max: 6 }), back: fc.nat({ max: 6 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(crash, { maxLength: 5 }), fc.nat(), async (crashes, start) => {
        const topic: number[] = [];
        let next = 1;
        for (const { after, back } of [...crashes, { after: 5, back: 0 }]) {
          for (let n = 0; n < after; n += 1) topic.push(next++);
          next = Math.max(1, next - back);
        }
        const head = Math.max(...topic);
        const checkpoint = start % (head + 1);
        const { reading, drifts } = readingFrom({ position: checkpoint, incarnation: LOG });
        const range = { partition: 0, low: 0, high: topic.length };
        const offset = (await reading.resume([range])).get(0)!;
        const taken: number[] = [];
        topic.slice(offset).forEach((position, at) => {
          const { kind } = reading.admit(0, record(offset + at, position));
          expect(['take', 'skip']).toContain(kind);
          if (kind === 'take') taken.push(position);
        });
        expect(taken).toEqual(
          Array.from({ length: head - checkpoint }, (_, n) => checkpoint + 1 + n),
        );
        if (drifts.length > 0) expect(topic.length - drifts.at(-1)!).toBe(topic.at(-1));
      }),
      { numRuns: 500 },
    );
  });

  it('that are missing are looked for from the earliest record on, once', async () => {
    const { reading } = readingFrom({ position: 5, incarnation: LOG });
    const offsets = await reading.resume([{ partition: 0, low: 2, high: 40 }]);
    expect(offsets.get(0)).toBe(5);
    expect(reading.admit(0, record(5, 9))).toEqual({ kind: 'rewind', offset: 2 });
    expect(reading.admit(0, record(2, 6))).toEqual({ kind: 'take' });
    expect(reading.admit(0, record(3, 9))).toEqual({
      kind: 'halt',
      reason: expect.stringContaining('should go on with position 7'),
    });
  });

  it('are read from the end that the broker has when the checkpoint is ahead of it', async () => {
    const { reading } = readingFrom({ position: 50, incarnation: LOG });
    const offsets = await reading.resume([{ partition: 0, low: 0, high: 20 }]);
    expect(offsets.get(0)).toBe(20);
    expect(reading.admit(0, record(20, 21))).toEqual({ kind: 'skip' });
  });

  it('of another log stop the reader, also where they would be passed over', async () => {
    const { reading } = readingFrom({ position: 5, incarnation: LOG });
    await reading.resume([{ partition: 0, low: 0, high: 9 }]);
    const other = 'bbbbbbbb-0000-4000-8000-000000000000';
    expect(reading.admit(0, record(5, 2, other)).kind).toBe('halt');
  });

  it('of two logs in one topic stop a reader that begins', async () => {
    const { reading } = readingFrom({});
    await reading.resume([{ partition: 0, low: 0, high: 9 }]);
    expect(reading.admit(0, record(0, 1)).kind).toBe('take');
    const other = 'bbbbbbbb-0000-4000-8000-000000000000';
    expect(reading.admit(0, record(1, 2, other)).kind).toBe('halt');
  });
});
