import { newUuid } from '@kontor/contracts';
import { type Json, pollUntil, tamperWithLog } from '@kontor/testkit';
import { AuditReads } from '../src/adapters/postgres/audit-reads';
import { Findings } from '../src/adapters/audit/findings';
import { WalletAudit } from '../src/adapters/audit/wallet-audit';
import { rated } from './ledger-world';
import { WalletService } from './wallet-service';

const CUSTOMERS = 12;

describe('An audit', () => {
  let world: WalletService;
  const customers: string[] = [];

  beforeAll(async () => {
    world = await WalletService.open();
    for (let index = 0; index < CUSTOMERS; index += 1) customers.push(world.customer());
    for (const customer of customers) {
      await world.topUp(customer, 10);
      await world.topUp(customer, 3, { reason: 'gift', expires_at: '2999-01-01T00:00:00Z' });
      await world.topUp(customer, 5, { effective_at: '2998-01-01T00:00:00Z' });
      await world.topUp(customer, -1, { reason: 'other' });
    }
    const usage = customers.flatMap((id) => [rated(id, { USD: '0.25' }), rated(id, { USD: '20' })]);
    await world.debit(...usage);
    for (const customer_id of customers.slice(0, 4)) {
      await world.topUp(customer_id, 50);
      const { id } = await world.api.create('/authorizations', { customer_id, amount: 5 });
      await world.api.create(`/authorizations/${id}/capture`, { amount: 2 });
      const other = await world.api.create('/authorizations', { customer_id, amount: 1 });
      await world.api.create(`/authorizations/${other['id']}/void`, undefined);
    }
    await world.statementsMade();
  });
  afterAll(() => world.stop());

  /** Starts one and waits for its end. */
  async function audit(): Promise<Json> {
    const started = await world.api.create('/admin/audit', undefined);
    return pollUntil(async () => {
      const report = await world.api.read(`/admin/audit/${started['id']}`);
      return report['status'] === 'running' ? undefined : report;
    });
  }
  const query = (text: string, values: unknown[] = []) => world.database.query(text, values);

  it('finds no difference, and counts what it compared', async () => {
    const report = await audit();
    expect(report).toMatchObject({
      status: 'done',
      ok: true,
      partitions: 8,
      partitions_done: 8,
      balanced: true,
      difference_count: 0,
      differences: [],
    });
    expect(report['assets']).toMatchObject([{ asset: 'USD' }]);
    expect(report['counts']).toMatchObject({
      wallets: CUSTOMERS,
      accounts: CUSTOMERS,
      fees: CUSTOMERS * 2,
      open_authorizations: 4,
      grants: CUSTOMERS * 3 + 4,
      transaction_ids: CUSTOMERS * 6 + 4 + 8,
    });
    const [lines] = await query('SELECT count(*)::int AS count FROM wallet_transaction');
    const [books] = await query('SELECT count(*)::int AS count FROM ledger_balance');
    expect(report['counts']['statement_lines']).toBe(lines!['count']);
    expect(report['counts']['book_balances']).toBe(books!['count']);
  });

  /** Each is undone by the statement behind it. */
  it.each<[string, string, string, object]>([
    [
      'money in a wallet',
      `UPDATE wallet SET state = replace(state, '"8.25"', '"8.26"') WHERE customer_id = $1`,
      `UPDATE wallet SET state = replace(state, '"8.26"', '"8.25"') WHERE customer_id = $1`,
      { account_id: 'default:USD', what: 'available', expected: '-8.25', found: '-8.26' },
    ],
    [
      'a missing transaction id',
      `UPDATE decided_transaction SET transaction_id = transaction_id || '!'
       WHERE transaction_id LIKE 'fee%'`,
      `UPDATE decided_transaction SET transaction_id = trim(transaction_id, '!')`,
      {},
    ],
    [
      'a transaction id that no fact has',
      `INSERT INTO decided_transaction VALUES ('acc_test', 'live', 'more', NULL, 0, 0, 0)`,
      `DELETE FROM decided_transaction WHERE transaction_id = 'more'`,
      { what: 'transaction ids beyond the log', expected: '0', found: '1' },
    ],
    [
      'an authorization that ended in the table only',
      `UPDATE decided_transaction SET end_position = 1, end_index = 0, content_hash = 'open ' || content_hash
       WHERE end_position IS NULL AND transaction_id LIKE 'auth%'`,
      `UPDATE decided_transaction SET end_position = NULL, end_index = NULL, content_hash = substr(content_hash, 6)
       WHERE content_hash LIKE 'open %'`,
      { expected: 'none' },
    ],
    [
      'another grant',
      `UPDATE wallet_grant SET amount = amount + 1 WHERE customer_id = $1`,
      `UPDATE wallet_grant SET amount = amount - 1 WHERE customer_id = $1`,
      { account_id: 'default:USD' },
    ],
    [
      'a grant that nobody gave',
      `INSERT INTO wallet_grant SELECT platform, mode, customer_id, account_id, 'grt_more', purpose,
         amount, effective_at, expires_at, created_at, basis, priority
       FROM wallet_grant WHERE customer_id = $1 LIMIT 1`,
      `DELETE FROM wallet_grant WHERE grant_id = 'grt_more'`,
      { what: 'grants beyond the log', expected: '0', found: '1' },
    ],
    [
      'another statement line',
      `UPDATE wallet_transaction SET balance = balance + 1 WHERE customer_id = $1 AND type = 'fee'`,
      `UPDATE wallet_transaction SET balance = balance - 1 WHERE customer_id = $1 AND type = 'fee'`,
      { account_id: 'default:USD' },
    ],
    [
      'a statement line that no fact made',
      `INSERT INTO wallet_transaction SELECT platform, mode, customer_id, position, 99, 'more', type,
         account_id, asset, amount, balance, description, subject, event_id, lots, metadata, created_at
       FROM wallet_transaction WHERE customer_id = $1 LIMIT 1`,
      `DELETE FROM wallet_transaction WHERE transaction_id = 'more'`,
      { what: 'statement lines beyond the log', expected: '0', found: '1' },
    ],
    [
      'books with more in them',
      `UPDATE ledger_balance SET balance = balance + 1 WHERE account = 'revenue'`,
      `UPDATE ledger_balance SET balance = balance - 1 WHERE account = 'revenue'`,
      {},
    ],
  ])('finds %s', async (_what, plant, undo, difference) => {
    const customer = customers.at(-1)!;
    const values = (text: string) => (text.includes('$1') ? [customer] : []);
    await query(plant, values(plant));
    try {
      const report = await audit();
      expect(report).toMatchObject({ status: 'done', ok: false });
      expect(report['difference_count']).toBeGreaterThan(0);
      expect(report['differences'][0]).toMatchObject({
        ...(plant.includes('$1') && { platform: 'acc_test', mode: 'live', customer_id: customer }),
        ...difference,
      });
    } finally {
      await query(undo, values(undo));
    }
  });

  it('finds a fact that was changed', async () => {
    const [before, after] = ['"amount":"20"', '"amount":"21"'];
    const change = (from: string, to: string) =>
      tamperWithLog(world.database, 'wallet.posted.v1', (text) => text.replaceAll(from, to));
    await change(before, after);
    try {
      const report = await audit();
      expect(report).toMatchObject({ status: 'done', ok: false });
      expect(report['difference_count']).toBeGreaterThan(0);
    } finally {
      await change(after, before);
    }
  });

  it('names the figures of the account that differ', async () => {
    const [customer] = customers;
    const [row] = await query('SELECT state FROM wallet WHERE customer_id = $1', [customer]);
    const state = JSON.parse(row!['state'] as string) as unknown[][];
    const account = state[2]![0] as string[];
    account[3] = '999';
    await query('UPDATE wallet SET state = $2 WHERE customer_id = $1', [
      customer,
      JSON.stringify(state),
    ]);
    try {
      const report = await audit();
      expect(report['differences']).toEqual([
        {
          platform: 'acc_test',
          mode: 'live',
          customer_id: customer,
          account_id: 'default:USD',
          what: 'held',
          expected: '3',
          found: '999',
        },
      ]);
    } finally {
      await query('UPDATE wallet SET state = $2 WHERE customer_id = $1', [customer, row!['state']]);
    }
  });

  it('reads a large ledger in slices and finds the same', async () => {
    const findings = new Findings();
    const limits = { walletsMax: 1, stateBytesMax: 1e9 };
    const stopping = new AbortController();
    await new WalletAudit(new AuditReads(world.database), limits).run(findings, stopping.signal);
    expect(findings.differences).toEqual([]);
    expect(findings.counts.wallets).toBe(CUSTOMERS);
    const report = await audit();
    expect(findings.counts.facts).toBe(report['counts']['facts']);
    expect(findings.counts.records).toBe(report['counts']['records']);
  });

  it('is right while others write', async () => {
    let writing = true;
    const busy = customers.slice(0, 4).map(async (customer) => {
      while (writing) {
        await world.topUp(customer, 1);
        const body = { customer_id: customer, amount: 1 };
        const { id } = await world.api.create('/authorizations', body);
        await world.api.create(`/authorizations/${id}/capture`, {});
      }
    });
    try {
      for (let round = 0; round < 3; round += 1)
        expect(await audit()).toMatchObject({ ok: true, differences: [] });
    } finally {
      writing = false;
      await Promise.all(busy);
    }
  });

  it('is alone: a second one is refused, and one whose process ended shows so', async () => {
    const other = await world.database.connect();
    try {
      const { schema } = world.database;
      await other.query('SELECT pg_advisory_lock(hashtext($1), 7041)', [schema]);
      const refused = await world.api.post('/admin/audit');
      expect(refused).toMatchObject({ status: 409, body: { code: 'audit_running' } });
    } finally {
      await other.close();
    }
    const id = newUuid();
    const report = { ...(await stored()), id, status: 'running' };
    await query('INSERT INTO audit VALUES ($1, now(), false, $2)', [id, JSON.stringify(report)]);
    const found = await world.api.read(`/admin/audit/${id}`);
    expect(found).toMatchObject({ status: 'failed', ok: null, error: 'its process ended' });
  });
  const stored = async (): Promise<object> => {
    const [row] = await query('SELECT report FROM audit LIMIT 1');
    return JSON.parse(row!['report'] as string) as object;
  };

  it('is for operators only', async () => {
    const { url, key } = { url: world.service.url, key: world.service.key };
    const ask = (method: string, path: string, token: string) =>
      fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    const client = key('acc_test', 'live', ['read', 'write', 'ingest']);
    expect((await ask('POST', '/admin/audit', client)).status).toBe(403);
    expect((await ask('GET', `/admin/audit/${newUuid()}`, client)).status).toBe(403);
    const admin = key('acc_test', 'live', ['admin']);
    expect((await ask('GET', `/admin/audit/${newUuid()}`, admin)).status).toBe(404);
    expect((await ask('GET', '/admin/audit/one', admin)).status).toBe(404);
  });
});
