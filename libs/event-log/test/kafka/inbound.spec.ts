import type { InboundRecord, KafkaBus, RefusedRecord } from '@kontor/event-log';
import { describeKafka, pollUntil } from '@kontor/testkit';
import { CompressionTypes, type Message } from 'kafkajs';
import { InboundRunner } from '../../src/runner/inbound-runner';
import { openTestServer, type TestServer, type TestService } from '../services';
import { openBus, plainClient, readTopic, silent } from './rig';

const INGEST = 'usage.ingest.v1';
const REFUSED = 'usage.ingest.v1.dlq';
const CONSUMER = 'ingestion-gateway.ingest';

describeKafka('inbound records', (kafka) => {
  let server: TestServer;
  let gateway: TestService;
  let bus: KafkaBus;

  beforeAll(async () => {
    server = await openTestServer();
    gateway = await server.open('ingestion-gateway');
    bus = await openBus(kafka, server);
    await bus.ready();
  }, 60_000);
  afterAll(async () => {
    await bus?.close();
    await server?.close();
  });

  const produce = async (
    messages: Message[],
    compression: CompressionTypes = CompressionTypes.None,
  ): Promise<void> => {
    const producer = plainClient(kafka).producer();
    await producer.connect();
    await producer.send({ topic: kafka.prefix + INGEST, messages, compression });
    await producer.disconnect();
  };

  /** Reads until `count` records were applied. */
  async function receive(count: number): Promise<InboundRecord[]> {
    const received: InboundRecord[] = [];
    const runner = new InboundRunner({
      consumer: CONSUMER,
      topic: INGEST,
      checkpoints: gateway.checkpoints,
      logger: silent,
      handler: async ({ records, settlement }) => {
        await gateway.database.transaction((tx) => gateway.checkpoints.settle(tx, settlement));
        received.push(...records);
        return { kind: 'applied' };
      },
    });
    const subscription = await bus.subscribeRaw(runner);
    await subscription.ready;
    await pollUntil(() => received.length >= count, { timeoutMs: 20_000 });
    await subscription.stop();
    return received;
  }

  it('come as they were written: bytes, nothing, headers by their last value', async () => {
    const bytes = Buffer.from([0, 255, 10, 128]);
    await produce([
      { partition: 2, key: 'k', value: bytes, headers: { 'kontor-mode': ['live', 'test'] } },
      { partition: 2, key: null, value: null, headers: { __proto__: 'x', name: 'grün' } },
    ]);
    await produce([{ partition: 2, value: 'packed' }], CompressionTypes.GZIP);
    const [first, second, third] = await receive(3);
    expect(first).toEqual({
      partition: 2,
      offset: 0,
      key: Buffer.from('k'),
      value: bytes,
      headers: new Map([['kontor-mode', 'test']]),
    });
    expect(second).toMatchObject({ offset: 1, key: null, value: null });
    expect(second!.headers.get('name')).toBe('grün');
    expect(third!.value?.toString()).toBe('packed');
  });

  it('are read on behind the checkpoint, whose position is the offset after it', async () => {
    expect(await gateway.checkpoints.position(CONSUMER, INGEST, 2)).toBe(3);
    await produce([{ partition: 2, value: 'fourth' }]);
    const received = await receive(1);
    expect(received.map(({ value }) => value?.toString())).toEqual(['fourth']);
    expect(await gateway.checkpoints.position(CONSUMER, INGEST, 2)).toBe(4);
  });

  it('of another cluster are read from its earliest record on', async () => {
    const other = '00000000-0000-4000-8000-000000000002';
    await gateway.database.query(
      'UPDATE checkpoint SET incarnation = $1, position = 100 WHERE consumer = $2',
      [other, CONSUMER],
    );
    expect((await receive(4)).map(({ offset }) => offset)).toEqual([0, 1, 2, 3]);
    expect(await gateway.checkpoints.position(CONSUMER, INGEST, 2)).toBe(4);
  });

  it('begin anew when their topic was made anew', async () => {
    await gateway.database.query(
      'UPDATE checkpoint SET position = 1000 WHERE consumer = $1 AND partition = 2',
      [CONSUMER],
    );
    expect((await receive(4)).map(({ offset }) => offset)).toEqual([0, 1, 2, 3]);
    expect(await gateway.checkpoints.position(CONSUMER, INGEST, 2)).toBe(4);
  });

  it('that were refused are written as they were received, with the reason in headers', async () => {
    const relay = await bus.publish({ service: 'ingestion-gateway', ...gateway });
    const value = Buffer.from([123, 0, 254]);
    const keyless: RefusedRecord = {
      type: 'usage.refused',
      platform: 'acc_unknown',
      mode: 'live',
      key: 'any',
      value: value.toString('base64'),
      headers: { 'kontor-error-code': 'invalid_json', 'kontor-source': `${INGEST}/2/3` },
    };
    const refused: RefusedRecord = { ...keyless, recordKey: Buffer.from('k1').toString('base64') };
    const empty: RefusedRecord = { ...keyless, value: null };
    const positions = await gateway.database.transaction((tx) =>
      gateway.log.append(
        tx,
        [refused, empty].map((fact) => ({ topic: REFUSED, partition: 5, facts: [fact] })),
      ),
    );
    gateway.log.committed(positions);
    await pollUntil(async () => (await bus.relays())[0]?.backlogRecords === 0, {
      timeoutMs: 20_000,
    });
    const written = (await readTopic(kafka, kafka.prefix + REFUSED)).get(5)!;
    expect(written.map(({ key }) => key?.toString())).toEqual(['k1', undefined]);
    expect(written.map((message) => message.value)).toEqual([value, null]);
    const headers = Object.entries(written[0]!.headers ?? {});
    expect(headers.map(([name, text]) => [name, String(text)])).toEqual(
      Object.entries(refused.headers),
    );
    await relay.stop();
  });
});
