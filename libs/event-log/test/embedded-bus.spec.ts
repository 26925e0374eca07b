/** What only the embedded bus can meet: a log that went back, a log that is another one, an outage. */
import { newUuid } from '@kontor/contracts';
import { buildRecords, openPostgresBus, type EventBus } from '@kontor/event-log';
import { pollUntil } from '@kontor/testkit';
import { readTail } from '../src/embedded/tail-reader';
import { ConsumerRunner } from '../src/runner/consumer-runner';
import { openTestServer, usage, type TestServer, type TestService } from './services';

const TOPIC = 'usage.recorded.v1';
const CONSUMER = 'rating.usage';

describe('embedded bus', () => {
  let server: TestServer;
  let gateway: TestService;
  let rating: TestService;
  let bus: EventBus;

  beforeEach(async () => {
    server = await openTestServer();
    gateway = await server.open('ingestion-gateway');
    rating = await server.open('rating');
    bus = openPostgresBus({ database: gateway.database, wakeups: server.wakeups, pollMs: 20 });
  });
  afterEach(async () => {
    await bus.close();
    await server.close();
  });

  const append = async (facts: number, perRecord = 1): Promise<void> => {
    for (let n = 0; n < facts; n += perRecord) {
      const records = buildRecords(
        TOPIC,
        Array.from({ length: perRecord }, (_, i) => usage('cust_1', n + i)),
      );
      await gateway.database.transaction((tx) => gateway.log.append(tx, records));
    }
  };
  const start = async (): Promise<ConsumerRunner> => {
    const runner = new ConsumerRunner({
      consumer: CONSUMER,
      topic: TOPIC,
      checkpoints: rating.checkpoints,
      handler: async ({ settlement }) => {
        await rating.database.transaction((tx) => rating.checkpoints.settle(tx, settlement));
        return { kind: 'applied' };
      },
    });
    await bus.subscribe(runner);
    return runner;
  };
  const applied = async (): Promise<number> => {
    const states = await rating.checkpoints.load(CONSUMER, TOPIC);
    return Math.max(...states.map(({ position }) => position));
  };

  it('finds what another process appended by looking again', async () => {
    await start();
    await append(3);
    await pollUntil(async () => (await applied()) === 3);
  });

  it('stops a consumer whose checkpoint is beyond the head, as after a restore of the owner', async () => {
    const runner = await start();
    await append(3);
    await pollUntil(async () => (await applied()) === 3);
    await gateway.database.query('DELETE FROM log_record WHERE position = 3');
    await gateway.database.query('UPDATE log_head SET next = 3 WHERE next = 4');
    await pollUntil(() => runner.halted);
    expect(runner.state).toContain('below the checkpoint');
  });

  it('stops a consumer whose checkpoint belongs to another log', async () => {
    await start();
    await append(1);
    await pollUntil(async () => (await applied()) === 1);
    await bus.close();
    await gateway.database.query('UPDATE log_identity SET incarnation = $1', [newUuid()]);
    const again = await start();
    await pollUntil(() => again.halted);
    expect(again.state).toContain('is of another log');
  });

  it('goes on by itself when the database comes back', async () => {
    await start();
    await append(1);
    await pollUntil(async () => (await applied()) === 1);
    await gateway.database.query('ALTER TABLE log_record RENAME TO log_record_away');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await gateway.database.query('ALTER TABLE log_record_away RENAME TO log_record');
    await append(1);
    await pollUntil(async () => (await applied()) === 2);
  });

  it('reads whole records up to its bounds, each partition in its turn', async () => {
    await append(20, 10);
    const other = Array.from({ length: 5 }, (_, n) => usage('cust_4', n));
    await gateway.database.transaction((tx) => gateway.log.append(tx, buildRecords(TOPIC, other)));
    const read = async (factsMax: number, bytesMax: number) => {
      const { slices } = await readTail(gateway.database, {
        schema: 'ingestion_gateway',
        topic: TOPIC,
        incarnation: gateway.log.incarnation,
        after: Array.from({ length: 8 }, (_, partition) => ({
          topic: TOPIC,
          partition,
          position: 0,
        })),
        factsMax,
        bytesMax,
        recordsMax: factsMax,
      });
      return slices.map(({ records }) => records.map(({ facts }) => facts.length));
    };
    expect((await read(1_000, 1_000_000)).sort()).toEqual([[10, 10], [5]]);
    expect((await read(11, 1_000_000)).sort()).toEqual([[10], [5]]);
    expect((await read(1_000, 1)).flat()).toHaveLength(1);
  });

  it('has no inbound topics', async () => {
    expect(bus.subscribeRaw).toBeUndefined();
  });
});
