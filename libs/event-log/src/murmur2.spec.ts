import fc from 'fast-check';
import { murmur2 } from './murmur2';
import { partitionOf } from './topics';

// The one that kafkajs' own partitioner uses; the package does not declare its type.
const kafkaMurmur2 = jest.requireActual<(key: string) => number>(
  'kafkajs/src/producer/partitioners/default/murmur2',
);

describe('murmur2', () => {
  it('sends a key where kafkajs and the Java client send it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (key) => {
        expect(murmur2(key)).toBe(kafkaMurmur2(key));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['', 275646681],
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ])('hashes %j as the Java client does', (key, hash) => expect(murmur2(key)).toBe(hash));

  it('spreads customers over all partitions', () => {
    const customers = Array.from({ length: 200 }, (_, n) => `cust_${n}`);
    const partitions = new Set(customers.map((customer) => partitionOf(customer, 8)));
    expect([...partitions].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});
