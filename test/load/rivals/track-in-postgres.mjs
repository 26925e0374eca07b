/**
 * The textbook rival: "track it in Postgres", as a competent engineer writes it in a week. A Fastify
 * server that takes the same `POST /events` bodies and does the same inserts and updates, one
 * transaction an event, in the request: event, fee, cost, wallet, posting lines, and the sums of a day
 * that our answers need, of customer, subject, product, vendor, type of event and platform.
 *
 * What it does right: a pool of 32, named prepared statements (one round trip each), indexes as ours
 * has them, prices and vendors in memory, the rows that everybody shares written last so that their
 * locks are short, a request's events one after the other so that requests, not events, meet on a
 * wallet. Run as a process of its own: `node track-in-postgres.mjs <database url>` prints its port.
 */
import Fastify from 'fastify';
import pg from 'pg';

const SCHEMA = `
  CREATE TABLE event (
    id uuid PRIMARY KEY, customer_id text NOT NULL, event_type text NOT NULL, subject text,
    occurred_at timestamptz NOT NULL, data jsonb, created_at timestamptz NOT NULL DEFAULT now());
  CREATE INDEX ON event (customer_id, occurred_at);
  CREATE INDEX ON event (occurred_at, id);
  CREATE INDEX ON event (subject, customer_id, occurred_at) WHERE subject IS NOT NULL;
  CREATE TABLE fee (
    id uuid PRIMARY KEY, event_id uuid NOT NULL, customer_id text NOT NULL, product_id text NOT NULL,
    asset text NOT NULL, amount numeric(27, 12) NOT NULL, occurred_at timestamptz NOT NULL);
  CREATE INDEX ON fee (customer_id, occurred_at);
  CREATE INDEX ON fee (product_id, occurred_at);
  CREATE TABLE cost (
    event_id uuid, line int, customer_id text NOT NULL, vendor_id text NOT NULL,
    amount numeric(27, 12) NOT NULL, occurred_at timestamptz NOT NULL, PRIMARY KEY (event_id, line));
  CREATE INDEX ON cost (customer_id, occurred_at);
  CREATE INDEX ON cost (vendor_id, occurred_at);
  CREATE TABLE wallet (
    customer_id text, asset text, balance numeric(27, 12) NOT NULL, PRIMARY KEY (customer_id, asset));
  CREATE TABLE posting (
    fee_id uuid, account text, customer_id text NOT NULL, asset text NOT NULL,
    amount numeric(27, 12) NOT NULL, balance numeric(27, 12), PRIMARY KEY (fee_id, account));
  CREATE TABLE customer_day (
    customer_id text, day date, revenue numeric(40, 12) NOT NULL, costs numeric(40, 12) NOT NULL,
    events bigint NOT NULL, PRIMARY KEY (customer_id, day));
  CREATE TABLE subject_day (
    customer_id text, subject text, day date, revenue numeric(40, 12) NOT NULL,
    costs numeric(40, 12) NOT NULL, PRIMARY KEY (customer_id, subject, day));
  CREATE TABLE product_day (
    product_id text, day date, revenue numeric(40, 12) NOT NULL, costs numeric(40, 12) NOT NULL,
    PRIMARY KEY (product_id, day));
  CREATE TABLE vendor_day (
    vendor_id text, day date, costs numeric(40, 12) NOT NULL, PRIMARY KEY (vendor_id, day));
  CREATE TABLE type_day (
    event_type text, day date, events bigint NOT NULL, PRIMARY KEY (event_type, day));
  CREATE TABLE platform_day (
    day date PRIMARY KEY, revenue numeric(40, 12) NOT NULL, costs numeric(40, 12) NOT NULL,
    events bigint NOT NULL);`;

const ADD = {
  event: `INSERT INTO event (id, customer_id, event_type, subject, occurred_at, data)
          VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING`,
  fee: `INSERT INTO fee VALUES ($1, $2, $3, $4, 'USD', $5, $6)`,
  cost: `INSERT INTO cost VALUES ($1, 1, $2, $3, $4, $5)`,
  wallet: `INSERT INTO wallet VALUES ($1, 'USD', -$2::numeric)
           ON CONFLICT (customer_id, asset) DO UPDATE SET balance = wallet.balance - $2::numeric
           RETURNING balance`,
  posting: `INSERT INTO posting VALUES ($1, 'customer', $2, 'USD', -$3::numeric, $4),
                                       ($1, 'revenue', $2, 'USD', $3::numeric, NULL)`,
  customer: `INSERT INTO customer_day VALUES ($1, $2, $3, $4, 1)
             ON CONFLICT (customer_id, day) DO UPDATE SET revenue = customer_day.revenue + excluded.revenue,
               costs = customer_day.costs + excluded.costs, events = customer_day.events + 1`,
  subject: `INSERT INTO subject_day VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (customer_id, subject, day) DO UPDATE
              SET revenue = subject_day.revenue + excluded.revenue, costs = subject_day.costs + excluded.costs`,
  product: `INSERT INTO product_day VALUES ($1, $2, $3, $4) ON CONFLICT (product_id, day) DO UPDATE
              SET revenue = product_day.revenue + excluded.revenue, costs = product_day.costs + excluded.costs`,
  vendor: `INSERT INTO vendor_day VALUES ($1, $2, $3)
           ON CONFLICT (vendor_id, day) DO UPDATE SET costs = vendor_day.costs + excluded.costs`,
  type: `INSERT INTO type_day VALUES ($1, $2, 1)
         ON CONFLICT (event_type, day) DO UPDATE SET events = type_day.events + 1`,
  platform: `INSERT INTO platform_day VALUES ($1, $2, $3, 1)
             ON CONFLICT (day) DO UPDATE SET revenue = platform_day.revenue + excluded.revenue,
               costs = platform_day.costs + excluded.costs, events = platform_day.events + 1`,
};

const PRICES = new Map([['call', { productId: 'calls', unitPrice: process.env.FEE }]]);
const VENDORS = new Map([['vendor', 'vendor']]);

const [url] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 32 });
pool.on('error', (error) => console.error(error));
await pool.query(SCHEMA);

const execute = (client, name, values) => client.query({ name, text: ADD[name], values });

async function track(client, customer, event) {
  const price = PRICES.get(event.event_type);
  const [cost] = event.costs;
  const vendor = VENDORS.get(cost.vendor_external_id);
  const day = event.occurred_at.slice(0, 10);
  await client.query('BEGIN');
  try {
    const { id, event_type: type, subject, occurred_at: at, data } = event;
    const added = await execute(client, 'event', [id, customer, type, subject, at, data]);
    if (added.rowCount === 1) {
      const fee = cost.id;
      await execute(client, 'fee', [fee, id, customer, price.productId, price.unitPrice, at]);
      await execute(client, 'cost', [id, customer, vendor, cost.amount, at]);
      const wallet = await execute(client, 'wallet', [customer, price.unitPrice]);
      const { balance } = wallet.rows[0];
      await execute(client, 'posting', [fee, customer, price.unitPrice, balance]);
      const sums = [price.unitPrice, cost.amount];
      await execute(client, 'customer', [customer, day, ...sums]);
      await execute(client, 'subject', [customer, subject, day, ...sums]);
      await execute(client, 'product', [price.productId, day, ...sums]);
      await execute(client, 'vendor', [vendor, day, cost.amount]);
      await execute(client, 'type', [type, day]);
      await execute(client, 'platform', [day, ...sums]);
    }
    await client.query('COMMIT');
    return added.rowCount === 1 ? 'accepted' : 'duplicate';
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

const app = Fastify({ bodyLimit: 8 * 1024 * 1024 });
app.post('/events', async (request, reply) => {
  const { customer_id: customer, events } = request.body;
  const client = await pool.connect();
  try {
    const answers = [];
    for (const event of events)
      answers.push({ id: event.id, status: await track(client, customer, event) });
    reply.code(202);
    return { accepted: answers.length, events: answers };
  } finally {
    client.release();
  }
});
app.get('/sums', async () => {
  const { rows } = await pool.query(
    `SELECT (SELECT sum(revenue) FROM product_day)::text AS revenue,
            (SELECT sum(costs) FROM vendor_day)::text AS costs,
            (SELECT count(*) FROM event)::int AS events, (SELECT -sum(balance) FROM wallet)::text AS debited,
            (SELECT sum(amount) FROM posting)::text AS trial`,
  );
  return rows[0];
});
await app.listen({ host: '127.0.0.1', port: 0 });
console.log(app.server.address().port);
process.on('SIGTERM', () => {
  void app.close().then(() => pool.end());
});
