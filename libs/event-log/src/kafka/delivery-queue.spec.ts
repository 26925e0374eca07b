import fc from 'fast-check';
import type { KafkaMessage } from 'kafkajs';
import { DeliveryQueue } from './delivery-queue';

const message = (offset: number, bytes = 10): KafkaMessage => ({
  key: null,
  value: Buffer.alloc(bytes),
  timestamp: '0',
  attributes: 0,
  offset: String(offset),
  headers: {},
});

const one = (): number => 1;

describe('the queue between fetching and applying', () => {
  it('hands out every record once, in order within its partition, in bounded slices', () => {
    const arrivals = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 9 }), (partitions, weightMax) => {
        const queue = new DeliveryQueue(1_000);
        const offsets = [0, 0, 0, 0];
        for (const partition of partitions) queue.put(partition, message(offsets[partition]!++));
        const seen: number[][] = [[], [], [], []];
        while (!queue.isEmpty) {
          const taken = queue.take(weightMax, one);
          const count = taken.reduce((sum, { messages }) => sum + messages.length, 0);
          expect(count).toBeGreaterThan(0);
          expect(count).toBeLessThanOrEqual(weightMax);
          for (const { partition, messages } of taken)
            seen[partition]!.push(...messages.map(({ offset }) => Number(offset)));
        }
        expect(seen).toEqual(offsets.map((count) => Array.from({ length: count }, (_, n) => n)));
      }),
    );
  });

  it('serves another partition first each time, so that none starves', () => {
    const queue = new DeliveryQueue(1_000);
    for (const partition of [0, 1, 2])
      for (const offset of [0, 1, 2]) queue.put(partition, message(offset));
    const served = [1, 2, 3].map(() => queue.take(1, one)[0]!.partition);
    expect(new Set(served).size).toBe(3);
  });

  it('is full at its bound and takes one record more than that, however large', async () => {
    const queue = new DeliveryQueue(100);
    queue.put(0, message(0, 5_000));
    expect(queue.hasRoom).toBe(false);
    let roomy = false;
    const waiting = queue.room().then(() => (roomy = true));
    await Promise.resolve();
    expect(roomy).toBe(false);
    queue.take(1, one);
    await waiting;
    expect(queue.hasRoom).toBe(true);
  });

  it('keeps a record in its place when it cannot be read', () => {
    const queue = new DeliveryQueue(1_000);
    queue.put(0, message(7));
    const unreadable = (): number => {
      throw new Error('no JSON');
    };
    expect(() => queue.take(5, unreadable)).toThrow('no JSON');
    expect(queue.first(0)?.offset).toBe('7');
  });

  it('forgets everything when reading goes on from elsewhere, and lets the fetcher on', async () => {
    const queue = new DeliveryQueue(10);
    queue.put(0, message(0));
    const waiting = queue.room();
    queue.clear();
    await waiting;
    expect(queue.isEmpty).toBe(true);
    expect(queue.take(5, one)).toEqual([]);
  });
});
