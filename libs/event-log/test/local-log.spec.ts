import fc from 'fast-check';
import { buildRecords, openLocalLog, PartitionCountChanged } from '@kontor/event-log';
import { openTestServer, usage, type TestServer, type TestService } from './services';

const TOPIC = 'usage.recorded.v1';

interface StoredRecord {
  readonly partition: number;
  readonly position: string;
  readonly facts: string;
}

describe('local log: positions without gaps, in commit order', () => {
  let server: TestServer;
  let gateway: TestService;

  beforeAll(async () => {
    server = await openTestServer();
    gateway = await server.open('ingestion-gateway');
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await gateway.database.query('TRUNCATE log_record');
    await gateway.database.query('UPDATE log_head SET next = 1');
  });

  const stored = (): Promise<StoredRecord[]> =>
    gateway.database.query<StoredRecord>(
      'SELECT partition, position, facts FROM log_record ORDER BY partition, position',
    );

  const append = (customer: string, count: number, first = 0) =>
    gateway.database.transaction((tx) =>
      gateway.log.append(
        tx,
        buildRecords(
          TOPIC,
          Array.from({ length: count }, (_, n) => usage(customer, first + n)),
        ),
      ),
    );

  it('answers where each record landed, in the order given', async () => {
    const positions = await append('cust_1', 250);
    expect(positions.map(({ position }) => position)).toEqual([1, 2, 3]);
    expect(await append('cust_1', 1)).toEqual([{ ...positions[0], position: 4 }]);
  });

  it('gives every byte of a fact back', async () => {
    const fact = {
      ...usage('cust_1', 1),
      data: { quote: '"', slash: '\\', line: '\n', nul: '\u0000', surrogate: '\ud800', big: 1e21 },
    };
    await gateway.database.transaction((tx) => gateway.log.append(tx, buildRecords(TOPIC, [fact])));
    const [row] = await stored();
    expect(JSON.parse(row!.facts)).toEqual([fact]);
  });

  it('leaves no hole when an append is rolled back', async () => {
    await append('cust_1', 1);
    const lost = gateway.database.transaction(async (tx) => {
      await gateway.log.append(tx, buildRecords(TOPIC, [usage('cust_1', 2)]));
      throw new Error('rolled back');
    });
    await expect(lost).rejects.toThrow('rolled back');
    const [next] = await append('cust_1', 1, 3);
    expect(next!.position).toBe(2);
  });

  it('never deadlocks and never leaves a gap under appenders of several partitions', async () => {
    const lists = fc.array(fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 8 }), {
      minLength: 2,
      maxLength: 24,
    });
    await fc.assert(
      fc.asyncProperty(lists, async (writers) => {
        await Promise.all(
          writers.map((customers, writer) =>
            gateway.database
              .transaction(async (tx) => {
                const facts = customers.map((n) => usage(`cust_${n}`, writer));
                const records = buildRecords(TOPIC, facts);
                if (writer % 2 === 0) await gateway.log.lockHeads(tx, records);
                await gateway.log.append(tx, records);
                if (writer % 7 === 6) throw new Error('rolled back');
              })
              .catch((error: Error) => {
                if (error.message !== 'rolled back') throw error;
              }),
          ),
        );
        const heads = new Map<number, number>();
        for (const { partition, position } of await stored()) {
          expect(Number(position)).toBe((heads.get(partition) ?? 0) + 1);
          heads.set(partition, Number(position));
        }
        for (const head of await gateway.log.heads(TOPIC))
          expect(head.position).toBe(heads.get(head.partition) ?? 0);
      }),
      { numRuns: 15 },
    );
  });

  it('keeps its incarnation over a restart', async () => {
    const again = await openLocalLog(gateway.database, 'ingestion-gateway', server.wakeups);
    expect(again.incarnation).toBe(gateway.log.incarnation);
  });

  it('refuses to start when a topic has another number of partitions', async () => {
    await gateway.database.query('DELETE FROM log_head WHERE topic = $1 AND partition = 7', [
      TOPIC,
    ]);
    const opening = openLocalLog(gateway.database, 'ingestion-gateway', server.wakeups);
    await expect(opening).rejects.toThrow(PartitionCountChanged);
    await gateway.database.query('INSERT INTO log_head VALUES ($1, 7)', [TOPIC]);
  });

  it("refuses to append to another service's topic", async () => {
    const trespass = gateway.database.transaction((tx) =>
      gateway.log.append(tx, [{ topic: 'catalog.v1', partition: 0, facts: [usage('x', 1)] }]),
    );
    await expect(trespass).rejects.toThrow('belongs to catalog');
  });
});
