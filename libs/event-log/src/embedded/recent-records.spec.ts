import fc from 'fast-check';
import type { AppendedRecord } from '../wakeups';
import { RecentRecords } from './recent-records';

const TOPIC = 'usage.recorded.v1';
const appended = (partition: number, position: number): AppendedRecord => ({
  topic: TOPIC,
  partition,
  position,
  content: {
    incarnation: 'i',
    facts: [{ type: 't', platform: 'p', mode: 'live', key: `k${position}` }],
    bytes: 10,
  },
});
const query = (after: ReadonlyMap<number, number>, factsMax = 1_000) => ({
  topic: TOPIC,
  after,
  factsMax,
  bytesMax: 1_000_000,
});

describe('recent records', () => {
  it('gives all readers the facts that were appended', () => {
    const recent = new RecentRecords();
    recent.add([appended(0, 1)]);
    const read = () => recent.after(query(new Map([[0, 0]])))![0]!.records[0];
    expect(read()).toMatchObject({ position: 1, facts: [{ key: 'k1' }], incarnation: 'i' });
    expect(read()).toBe(read());
  });

  it('has nothing to say of partitions where nothing waits', () => {
    const recent = new RecentRecords();
    recent.add([appended(0, 1)]);
    expect(
      recent.after(
        query(
          new Map([
            [0, 1],
            [1, 0],
          ]),
        ),
      ),
    ).toEqual([]);
  });

  it('sends to the database who waits for a record that is not here', () => {
    const recent = new RecentRecords();
    const { content, ...position } = appended(0, 1);
    expect(content).toBeDefined();
    recent.add([position, appended(1, 1)]);
    expect(
      recent.after(
        query(
          new Map([
            [0, 0],
            [1, 0],
          ]),
        ),
      ),
    ).toBeUndefined();
  });

  it('keeps what one reader fetched for the others, within the same bound', () => {
    const recent = new RecentRecords(25);
    recent.noteHeads([{ topic: TOPIC, partition: 0, position: 3 }]);
    const fetched = [1, 2, 3].map((position) => {
      const { content, ...at } = appended(0, position);
      const { bytes, ...rest } = content!;
      return { record: { ...at, ...rest }, bytes };
    });
    recent.keep(fetched.slice(0, 2));
    const read = (after: number) => recent.after(query(new Map([[0, after]])));
    expect(read(0)![0]!.records).toEqual([fetched[0]!.record, fetched[1]!.record]);
    recent.keep(fetched);
    expect(read(0)).toBeUndefined();
    expect(read(1)![0]!.records).toEqual([fetched[1]!.record, fetched[2]!.record]);
  });

  it('lets go of what every reader of the topic has taken', () => {
    const recent = new RecentRecords();
    const cursors = [new Map([[0, 0]]), new Map([[0, 0]])];
    const [, leave] = cursors.map((cursor) => recent.readBy(TOPIC, () => cursor));
    const takes = (reader: number, position: number) => {
      cursors[reader]!.set(0, position);
      recent.taken(TOPIC, [{ partition: 0 }]);
    };
    const isHere = (position: number) =>
      recent.after(query(new Map([[0, position - 1]]))) !== undefined;
    recent.add([1, 2, 3, 4].map((position) => appended(0, position)));
    takes(0, 3);
    expect([1, 2, 3, 4].map(isHere)).toEqual([true, true, true, true]);
    takes(1, 2);
    expect([1, 2, 3, 4].map(isHere)).toEqual([false, false, true, true]);
    leave!();
    expect([3, 4].map(isHere)).toEqual([false, true]);
    takes(0, 4);
    recent.add([appended(0, 5)]);
    expect([4, 5].map(isHere)).toEqual([false, true]);
  });

  it('keeps nothing that no reader is going to take', () => {
    const recent = new RecentRecords();
    const cursor = new Map([[0, 7]]);
    recent.readBy(TOPIC, () => cursor);
    recent.taken(TOPIC, [{ partition: 0 }]);
    recent.add([appended(0, 6), appended(0, 8)]);
    expect(recent.after(query(new Map([[0, 5]])))).toBeUndefined();
    expect(recent.after(query(new Map([[0, 7]])))).toHaveLength(1);
  });

  it('takes from every busy partition in its share of the bound', () => {
    const recent = new RecentRecords();
    for (let position = 1; position <= 10; position += 1)
      recent.add([appended(0, position), appended(1, position)]);
    const slices = recent.after(
      query(
        new Map([
          [0, 0],
          [1, 5],
        ]),
        6,
      ),
    );
    expect(slices!.map(({ records }) => records.map(({ position }) => position))).toEqual([
      [1, 2, 3],
      [6, 7, 8],
    ]);
  });

  it('never skips a position, in whatever order commits are told and however little it keeps', () => {
    const positions = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 40 });
    const at = fc.nat({ max: 39 });
    fc.assert(
      fc.property(positions, fc.nat({ max: 400 }), at, at, (told, bytes, cursor, taken) => {
        const recent = new RecentRecords(bytes);
        const other = new Map([[0, taken]]);
        recent.readBy(TOPIC, () => other);
        recent.add(told.map((position) => appended(0, position)));
        recent.taken(TOPIC, [{ partition: 0 }]);
        const slices = recent.after(query(new Map([[0, cursor]])));
        const isWaiting = told.some((position) => position > cursor);
        if (slices === undefined || !isWaiting) return expect(slices ?? []).toEqual([]);
        const read = slices[0]!.records.map(({ position }) => position);
        expect(read).toEqual(read.map((_, index) => cursor + 1 + index));
        return undefined;
      }),
    );
  });
});
