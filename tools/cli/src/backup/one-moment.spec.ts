/**
 * Two services with databases of their own, each of which writes down how far the other's log was
 * before it appended: as usage names the heads of catalogs, and consumers those of usage.
 */
import { openCopySession, migrate, type CopySession } from '@kontor/postgres';
import { createDatabase, type TestDatabase } from '@kontor/testkit';
import { openOneMoment } from './one-moment';
import { BACKED_UP_SERVICES, type BackedUpService } from './services';

const MOMENTS = 25;
const TOPICS = { 'ingestion-gateway': 'usage.recorded.v1', rating: 'rating.rated.v1' } as const;

interface Side {
  readonly service: BackedUpService;
  readonly topic: string;
  readonly database: TestDatabase;
  readonly session: CopySession;
}

const serviceNamed = (name: string): BackedUpService =>
  BACKED_UP_SERVICES.find((service) => service.name === name)!;

async function openSide(name: keyof typeof TOPICS): Promise<Side> {
  const service = serviceNamed(name);
  const database = await createDatabase();
  await migrate({ url: database.url, service: name }, service.migrations);
  const session = await openCopySession(database.url, 'test');
  await session.query(`SET search_path = ${service.schema}`);
  await session.query('SELECT log_open_identity(), log_open_topic($1, 8)', [TOPICS[name]]);
  return { service, topic: TOPICS[name], database, session };
}

const headOf = async ({ service, topic }: Omit<Side, 'database'>, asked: CopySession) => {
  const [row] = await asked.query<{ head: string }>(
    `SELECT next - 1 AS head FROM ${service.schema}.log_head WHERE topic = $1 AND partition = 0`,
    [topic],
  );
  return Number(row!.head);
};

const append = ({ session, topic }: Side, other: number): Promise<unknown> =>
  session.query(
    'SELECT log_append(ARRAY[$1], ARRAY[0], ARRAY[1::smallint], $2, ARRAY[NULL::text], ARRAY[NULL::int], ARRAY[NULL::bigint])',
    [topic, `[${other}]`],
  );

/** The highest position of the other log that a record names. */
const namedBy = async ({ service }: Side, asked: CopySession): Promise<number> => {
  const [row] = await asked.query<{ named: number | null }>(
    `SELECT max((facts::json ->> 0)::int) AS named FROM ${service.schema}.log_record`,
  );
  return row!.named ?? 0;
};

describe('A backup of several databases', () => {
  let sides: [Side, Side];
  beforeAll(async () => {
    sides = [await openSide('ingestion-gateway'), await openSide('rating')];
  });
  afterAll(async () => {
    for (const { session, database } of sides) {
      await session.close();
      await database.drop();
    }
  });

  it('is of one moment: no log names a place of another that is not in it', async () => {
    const [a, b] = sides;
    let isOver = false;
    const write = async (): Promise<void> => {
      while (!isOver) {
        await append(a, await headOf(b, b.session));
        await append(b, await headOf(a, a.session));
      }
    };
    const writing = write();
    let headBefore = -1;
    for (let round = 0; round < MOMENTS; round += 1) {
      const moment = await openOneMoment(
        sides.map(({ service, database }) => ({ url: database.url, services: [service] })),
      );
      const [inA, inB] = moment.services;
      const headA = await headOf(a, inA!.session);
      expect(await namedBy(b, inB!.session)).toBeLessThanOrEqual(headA);
      expect(await namedBy(a, inA!.session)).toBeLessThanOrEqual(await headOf(b, inB!.session));
      expect(headA).toBeGreaterThanOrEqual(headBefore);
      headBefore = headA;
      await moment.close();
    }
    isOver = true;
    await writing;
    expect(headBefore).toBeGreaterThan(0);
  });

  it('waits for who is appending, and goes on when it is done', async () => {
    const [a, b] = sides;
    await a.session.query('BEGIN');
    await append(a, 0);
    const opening = openOneMoment(
      sides.map(({ service, database }) => ({ url: database.url, services: [service] })),
    );
    const head = await headOf(a, a.session);
    await a.session.query('COMMIT');
    const moment = await opening;
    expect(await headOf(a, moment.services[0]!.session)).toBe(head);
    await append(b, 0);
    await moment.close();
  });
});
