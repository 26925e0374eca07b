import { CommandIds, CommandIdTaken, type CommandEntry } from '@kontor/event-log';
import { openTestServer, type TestServer, type TestService } from './services';

describe('command ids', () => {
  const commandIds = new CommandIds();
  const tenant = { platform: 'acc_1', mode: 'live' } as const;
  const entry = (commandId: string, more: Partial<CommandEntry> = {}): CommandEntry => ({
    tenant,
    commandId,
    requestHash: 'hash',
    status: 201,
    answer: '{"price":0.000000000001}',
    ...more,
  });
  let server: TestServer;
  let catalog: TestService;

  beforeAll(async () => {
    server = await openTestServer();
    catalog = await server.open('catalog');
  });
  afterAll(() => server.close());
  const store = (...entries: CommandEntry[]): Promise<void> =>
    catalog.database.transaction((tx) => commandIds.store(tx, entries));

  it('gives the first answer back, byte for byte, and only to its tenant', async () => {
    await store(entry('one'), entry('two', { answer: null }));
    const found = await commandIds.find(catalog.database, tenant, ['one', 'two', 'three']);
    expect([...found.values()].sort((a, b) => (a.commandId < b.commandId ? -1 : 1))).toEqual([
      { commandId: 'one', requestHash: 'hash', status: 201, answer: '{"price":0.000000000001}' },
      { commandId: 'two', requestHash: 'hash', status: 201, answer: null },
    ]);
    const test = { ...tenant, mode: 'test' } as const;
    expect((await commandIds.find(catalog.database, test, ['one'])).size).toBe(0);
  });

  it('names the ids that were stored first by somebody else', async () => {
    await store(entry('first'));
    const second = store(entry('first', { requestHash: 'other' }), entry('new'));
    await expect(second).rejects.toThrow(CommandIdTaken);
    await expect(second).rejects.toMatchObject({ commandIds: ['first'] });
    expect((await commandIds.find(catalog.database, tenant, ['new'])).size).toBe(0);
  });

  it('lets one of many that store the same id at once win', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, (_, n) => store(entry('race', { requestHash: String(n) }))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('erases the answers that name a customer and still knows the ids', async () => {
    await store(entry('named', { customerId: 'cust_1' }));
    await catalog.database.transaction((tx) => commandIds.eraseAnswersOf(tx, tenant, 'cust_1'));
    const found = await commandIds.find(catalog.database, tenant, ['named', 'one']);
    expect(found.get('named')?.answer).toBeNull();
    expect(found.get('one')?.answer).not.toBeNull();
  });

  it('forgets old ones, and none that it promised to keep', async () => {
    await store(entry('old'), entry('young'));
    await catalog.database.query(
      `UPDATE command_id SET created_at = created_at - interval '25 hours'
       WHERE command_id = 'old'`,
      [],
    );
    await commandIds.forgetOlderThan(catalog.database, 24);
    const found = await commandIds.find(catalog.database, tenant, ['old', 'young']);
    expect([...found.keys()]).toEqual(['young']);
    await expect(commandIds.forgetOlderThan(catalog.database, 23)).rejects.toThrow(RangeError);
  });
});
