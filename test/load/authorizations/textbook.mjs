/**
 * Authorizations as a careful engineer builds them on PostgreSQL: a balance row, a table of holds,
 * double-entry postings from which statements and audits are made, idempotency keys; one transaction
 * per request with `SELECT ... FOR UPDATE`, prepared statements, a pool, indexes on what is open and on
 * a wallet's postings. What needs no lock is done before the lock is taken.
 */
export const SCHEMA = `
  CREATE SCHEMA IF NOT EXISTS textbook;
  CREATE TABLE textbook.wallet (
    id text PRIMARY KEY,
    available numeric(24, 12) NOT NULL CHECK (available >= 0),
    held numeric(24, 12) NOT NULL DEFAULT 0 CHECK (held >= 0)
  ) WITH (fillfactor = 50);
  CREATE TABLE textbook.hold (
    id uuid PRIMARY KEY,
    wallet_id text NOT NULL REFERENCES textbook.wallet,
    amount numeric(24, 12) NOT NULL CHECK (amount > 0),
    captured numeric(24, 12) NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'authorized',
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX hold_open ON textbook.hold (expires_at) WHERE status = 'authorized';
  CREATE TABLE textbook.posting (
    hold_id uuid NOT NULL REFERENCES textbook.hold,
    kind text NOT NULL,
    account text NOT NULL,
    wallet_id text NOT NULL,
    amount numeric(24, 12) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (hold_id, kind, account)
  );
  CREATE INDEX posting_of_wallet ON textbook.posting (wallet_id, created_at);
  CREATE TABLE textbook.idempotency_key (
    key uuid PRIMARY KEY,
    request_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );`;

const STATEMENTS = {
  key: `INSERT INTO textbook.idempotency_key (key, request_hash) VALUES ($1, $2)
        ON CONFLICT (key) DO NOTHING`,
  lock: 'SELECT available FROM textbook.wallet WHERE id = $1 FOR UPDATE',
  place: `INSERT INTO textbook.hold (id, wallet_id, amount, expires_at)
          VALUES ($1, $2, $3, now() + interval '15 minutes')`,
  hold: `UPDATE textbook.wallet SET available = available - $2::numeric, held = held + $2::numeric
         WHERE id = $1`,
  post: `INSERT INTO textbook.posting (hold_id, kind, account, wallet_id, amount)
         VALUES ($1, $2, $3, $5, -$6::numeric), ($1, $2, $4, $5, $6::numeric)`,
  read: 'SELECT wallet_id, amount, status FROM textbook.hold WHERE id = $1 FOR UPDATE',
  end: 'UPDATE textbook.hold SET status = $2, captured = $3 WHERE id = $1',
  capture: 'UPDATE textbook.wallet SET held = held - $2::numeric WHERE id = $1',
  release: `UPDATE textbook.wallet SET available = available + $2::numeric, held = held - $2::numeric
            WHERE id = $1`,
};

export class Refused extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
  }
}

export class Textbook {
  constructor(pool) {
    this.pool = pool;
  }

  authorize({ id, wallet, amount, hash }) {
    return this.transaction(async (run) => {
      const { rowCount } = await run('key', [id, hash]);
      if (rowCount === 0) throw new Refused(409, 'already_used');
      const { rows } = await run('lock', [wallet]);
      if (rows.length === 0) throw new Refused(404, 'not_found');
      if (Number(rows[0].available) < Number(amount)) throw new Refused(402, 'insufficient_funds');
      await run('place', [id, wallet, amount]);
      await run('hold', [wallet, amount]);
      await run('post', [id, 'authorized', 'available', 'held', wallet, amount]);
      return { id, amount, status: 'authorized' };
    });
  }

  capture(id) {
    return this.end(id, 'captured');
  }

  void(id) {
    return this.end(id, 'voided');
  }

  end(id, status) {
    return this.transaction(async (run) => {
      const { rows } = await run('read', [id]);
      if (rows.length === 0) throw new Refused(404, 'not_found');
      const { wallet_id: wallet, amount, status: before } = rows[0];
      if (before !== 'authorized') throw new Refused(409, `authorization_${before}`);
      const captured = status === 'captured' ? amount : '0';
      await run('end', [id, status, captured]);
      await run(status === 'captured' ? 'capture' : 'release', [wallet, amount]);
      const to = status === 'captured' ? 'revenue' : 'available';
      await run('post', [id, status, 'held', to, wallet, amount]);
      return { id, amount, status, captured };
    });
  }

  async transaction(work) {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const answer = await work((name, values) =>
        client.query({ name, text: STATEMENTS[name], values }),
      );
      await client.query('COMMIT');
      return answer;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }
}

export async function openWallets(pool, wallets, amount) {
  await pool.query(SCHEMA);
  await pool.query(
    'INSERT INTO textbook.wallet (id, available) SELECT unnest($1::text[]), $2::numeric',
    [wallets, amount],
  );
}

/** What the tables say against what was answered. */
export async function brokenBooks(pool, { wallets, opened, done }) {
  const { rows } = await pool.query(`
    SELECT (SELECT sum(available) FROM textbook.wallet)::float8 AS available,
           (SELECT sum(held) FROM textbook.wallet)::float8 AS held,
           (SELECT count(*) FROM textbook.hold)::int AS holds,
           (SELECT count(*) FROM textbook.posting)::int AS postings,
           (SELECT sum(amount) FROM textbook.posting)::float8 AS trial,
           (SELECT sum(amount) FROM textbook.posting WHERE account = 'revenue')::float8 AS revenue,
           (SELECT count(*) FROM textbook.idempotency_key)::int AS keys,
           (SELECT count(*) FROM textbook.hold WHERE status = 'captured')::int AS captured,
           (SELECT count(*) FROM textbook.hold WHERE status = 'voided')::int AS voided`);
  const expected = {
    available: wallets * opened - done.capturedCents / 100,
    held: 0,
    holds: done.authorized,
    postings: 2 * (done.authorized + done.captured + done.voided),
    trial: 0,
    revenue: done.capturedCents / 100,
    keys: done.authorized,
    captured: done.captured,
    voided: done.voided,
  };
  return differences(rows[0], expected);
}

/** Sums of cents as floats: right to far less than a cent here. */
export const differences = (found, expected) =>
  Object.keys(expected)
    .filter((name) => Math.abs(found[name] - expected[name]) > 0.001)
    .map((name) => `${name} is ${found[name]}, not ${expected[name]}`);
