/** Large records are stored packed; whoever reads them sees what was appended. */
import type { FactHeader, UsageRecorded } from '@kontor/contracts';
import {
  buildRecords,
  factsAt,
  openPostgresBus,
  recordTraces,
  type RecordDraft,
  textOfStored,
  withTraceparent,
} from '@kontor/event-log';
import { pollUntil } from '@kontor/testkit';
import { readTail } from '../src/embedded/tail-reader';
import { readRows } from '../src/kafka/relay-store';
import { toMessage } from '../src/kafka/wire';
import { textOf } from '../src/records';
import { ConsumerRunner } from '../src/runner/consumer-runner';
import { openTestServer, usage, type TestServer, type TestService } from './services';

const TOPIC = 'usage.recorded.v1';
const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

interface StoredRecord {
  readonly partition: number;
  readonly position: string;
  readonly facts: string;
  readonly facts_bytes: number;
  readonly trace: string | null;
}

/** One record of one customer, with what is hard to keep in it. */
const recordOf = (facts: number, first = 0, customer = 'cust_1'): RecordDraft => {
  const data = { quote: '"', slash: '\\', line: '\n', nul: '\u0000', half: '\ud800', euro: '€ 🎲' };
  const [record] = buildRecords(
    TOPIC,
    Array.from({ length: facts }, (_, n) => ({
      ...usage(customer, first + n),
      data: { n: first + n, ...data },
    })),
  );
  return record!;
};
const nOf = (fact: FactHeader): unknown => (fact as UsageRecorded).data?.['n'];

describe('packed facts', () => {
  let server: TestServer;
  let gateway: TestService;

  beforeEach(async () => {
    server = await openTestServer();
    gateway = await server.open('ingestion-gateway');
  });
  afterEach(() => server.close());

  const append = (...records: RecordDraft[]) =>
    gateway.database.transaction((tx) => gateway.log.append(tx, records));
  const stored = (): Promise<StoredRecord[]> =>
    gateway.database.query<StoredRecord>('SELECT * FROM log_record ORDER BY partition, position');
  /** As a former release left it. */
  const storePlain = (record: RecordDraft, position: number) =>
    gateway.database.query(
      `UPDATE log_record SET facts = $3 WHERE topic = $1 AND partition = $2 AND position = $4`,
      [TOPIC, record.partition, textOf(record), position],
    );
  const tail = async () =>
    readTail(gateway.database, {
      ...{ schema: 'ingestion_gateway', topic: TOPIC, incarnation: gateway.log.incarnation },
      after: Array.from({ length: 8 }, (_, partition) => ({
        topic: TOPIC,
        partition,
        position: 0,
      })),
      ...{ factsMax: 1_000, bytesMax: 10_000_000, recordsMax: 1_000 },
    });

  it('are what large records are stored as, with the length of their JSON; small ones stay', async () => {
    const [small, one, other] = [recordOf(1), recordOf(100), recordOf(50, 0, 'cust_4')];
    await append(small);
    await append(one);
    await append(other, small, one);
    const rows = await stored();
    expect(rows).toHaveLength(5);
    for (const { facts, facts_bytes } of rows) {
      const text = textOfStored(facts);
      expect([small, one, other].map(textOf)).toContain(text);
      expect(facts_bytes).toBe(Buffer.byteLength(text));
      expect(facts.startsWith('z')).toBe(text !== textOf(small));
    }
    const [column] = await gateway.database.query<{ storage: string }>(
      `SELECT attstorage AS storage FROM pg_attribute
       WHERE attrelid = 'log_record'::regclass AND attname = 'facts'`,
    );
    expect(column).toEqual({ storage: 'e' });
  });

  it('come back byte for byte through the embedded bus, mixed with plain ones, in order', async () => {
    const rating = await server.open('rating');
    const records = Array.from({ length: 6 }, (_, n) => recordOf(n % 3 === 0 ? 1 : 40, n * 100));
    for (const record of records) await append(record);
    await storePlain(records[4]!, 5);
    const firsts = (await stored()).map(({ facts }) => facts[0]);
    expect(firsts).toEqual(['[', 'z', 'z', '[', '[', 'z']);

    const read: FactHeader[] = [];
    const bus = openPostgresBus({
      database: gateway.database,
      wakeups: server.wakeups,
      pollMs: 20,
    });
    const runner = new ConsumerRunner({
      ...{ consumer: 'rating.usage', topic: TOPIC, checkpoints: rating.checkpoints },
      handler: async ({ facts, settlement }) => {
        await rating.database.transaction((tx) => rating.checkpoints.settle(tx, settlement));
        read.push(...facts.map(({ fact }) => fact));
        return { kind: 'applied' };
      },
    });
    await bus.subscribe(runner);
    const appended = records.flatMap(({ facts }) => facts);
    await pollUntil(() => read.length >= appended.length);
    await bus.close();
    expect(JSON.stringify(read)).toBe(JSON.stringify(appended));
  });

  it('bound what is read at once by what they unpack to', async () => {
    const record = recordOf(100);
    for (let n = 0; n < 5; n += 1) await append(record);
    const { slices } = await readTail(gateway.database, {
      ...{ schema: 'ingestion_gateway', topic: TOPIC, incarnation: gateway.log.incarnation },
      after: [{ topic: TOPIC, partition: record.partition, position: 0 }],
      ...{ factsMax: 1_000, recordsMax: 1_000 },
      bytesMax: Buffer.byteLength(textOf(record)) + 1,
    });
    expect(slices[0]!.records).toHaveLength(2);
  });

  it('go to Kafka as the JSON that was appended, with the key that they share', async () => {
    const records = [recordOf(100), recordOf(1, 100), recordOf(60, 200)];
    for (const record of records) await append(record);
    await storePlain(records[2]!, 3);
    const { partition } = records[0]!;
    const rows = await readRows(gateway.database, new Map([[`${TOPIC}/${partition}`, 0]]));
    expect(rows.map(({ facts, factsCount }) => [facts, factsCount])).toEqual(
      records.map((record) => [textOf(record), record.facts.length]),
    );
    const { incarnation } = gateway.log;
    for (const [at, row] of rows.entries())
      expect(toMessage(row, { service: 'ingestion-gateway', incarnation })).toMatchObject({
        key: 'cust_1',
        value: `{"facts":${textOf(records[at]!)}}`,
      });
  });

  it('of what was refused go back as they were received', async () => {
    const value = Buffer.from('no usage '.repeat(1_000)).toString('base64');
    const refused = { ...usage('x', 1), type: 'usage.refused', value, headers: {} };
    await append(...buildRecords('usage.ingest.v1.dlq', [refused]));
    const [row] = await stored();
    expect(row).toMatchObject({ facts: expect.stringMatching(/^z/) });
    expect(textOfStored(row!.facts)).toBe(JSON.stringify([refused]));
    expect(row!.facts_bytes).toBe(JSON.stringify([refused]).length);
  });

  it('are found one by one where they stand, each record read once', async () => {
    const [one, other] = [recordOf(100), recordOf(1, 0, 'cust_4')];
    await append(one, other);
    let statements = 0;
    const counted = {
      query: <Row extends object>(...asked: Parameters<typeof gateway.database.query>) => {
        statements += 1;
        return gateway.database.query<Row>(...asked);
      },
    };
    const at = (record: RecordDraft, index: number, position: number | string = 1) => ({
      ...{ partition: record.partition, position, index },
    });
    const addresses = [at(one, 99), at(other, 0), at(one, 3, '1'), at(one, 99)];
    const facts = await factsAt(counted, TOPIC, addresses);
    expect(facts).toEqual([one.facts[99], other.facts[0], one.facts[3], one.facts[99]]);
    expect(facts.map(nOf)).toEqual([99, 0, 3, 99]);
    expect(await factsAt(counted, TOPIC, [])).toEqual([]);
    expect(statements).toBe(1);

    const missing = `${TOPIC}:${one.partition}`;
    await expect(factsAt(counted, TOPIC, [at(one, 0), at(one, 100)])).rejects.toThrow(
      `no fact 100 in ${missing}:1`,
    );
    await expect(factsAt(counted, TOPIC, [at(one, 0, 2)])).rejects.toThrow(
      `no fact 0 in ${missing}:2`,
    );
  });

  it('that are damaged are an error, never other facts', async () => {
    const record = recordOf(100);
    await append(record);
    await gateway.database.query(
      `UPDATE log_record SET facts = overlay(facts PLACING '+/+/' FROM length(facts) / 2)`,
    );
    await expect(tail()).rejects.toThrow('stored facts are damaged');
    await gateway.database.query(
      `UPDATE log_record SET facts = regexp_replace($1, '^z[0-9]+', 'z4096')`,
      [(await stored())[0]!.facts],
    );
    const address = { partition: record.partition, position: 1, index: 0 };
    await expect(factsAt(gateway.database, TOPIC, [address])).rejects.toThrow(
      'stored facts are damaged',
    );
  });

  it('have their trace beside them', async () => {
    const [one, other] = [recordOf(100), recordOf(100, 100)];
    recordTraces();
    await withTraceparent(TRACE, () => append(one));
    await withTraceparent(TRACE, () => append(one, other));
    const rows = await stored();
    expect(rows.map(({ trace }) => trace)).toEqual([TRACE, TRACE, TRACE]);
    expect(rows.map(({ facts }) => textOfStored(facts))).toEqual([one, one, other].map(textOf));
    for (const row of rows)
      expect(row.facts_bytes).toBe(Buffer.byteLength(textOfStored(row.facts)));
  });
});
