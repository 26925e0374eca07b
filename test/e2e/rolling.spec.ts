/**
 * Two processes of every service over Kafka, restarted one after the other while events and
 * authorizations stream through both gateways. Senders do what a client or a balancer does: what
 * was refused, or lost with its connection, is sent again with the same ids, to the other gateway.
 */
import { randomUUID } from 'node:crypto';
import {
  type ApiClient,
  describeKafka,
  type Json,
  pollUntil,
  type RunningCluster,
  startCluster,
} from '@kontor/testkit';
import { customerOf, simpleProduct, unique, usage } from './stories/setting';

const EVENT_SENDERS = 2;
const EVENTS_A_REQUEST = 10;
/** Between requests of one sender: a stream, and room for starts beside it on a small machine. */
const PAUSE_MS = 60;
/** Twelve starts, one after the other. */
const ROLLING_MS_MAX = 900_000;

interface Refusal {
  readonly status: number;
  readonly retryAfter: string | null;
  /** The process that was being restarted. */
  readonly rolling: string;
}

/** What senders saw beside success, and which process was away then. */
class Watch {
  rolling = '';
  readonly refusals: Refusal[] = [];
  lostConnections = 0;
  stopped = false;
}

describeKafka('a rolling restart of every service under load', (kafka) => {
  let cluster: RunningCluster;
  beforeAll(async () => {
    cluster = await startCluster({
      brokers: kafka.brokers(),
      prefix: kafka.prefix,
      instances: 2,
    });
  }, 300_000);
  afterAll(() => cluster.stop(), 120_000);

  const gateway = (turn: number): ApiClient =>
    cluster.processes.get(`ingestion-gateway-${(turn % 2) + 1}`)!.live;

  /** Sends until it is answered 2xx; every other gateway in turn. */
  async function insist(watch: Watch, path: string, body: Json): Promise<Json> {
    const headers = { 'idempotency-key': randomUUID() };
    for (let turn = Math.floor(Math.random() * 2); ; turn += 1) {
      const answer = await gateway(turn)
        .post(path, body, { headers })
        .catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      if (answer && answer.status < 300) return answer.body;
      if (answer && answer.status < 500)
        throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      if (answer)
        watch.refusals.push({
          status: answer.status,
          retryAfter: answer.headers.get('retry-after'),
          rolling: watch.rolling,
        });
      else watch.lostConnections += 1;
    }
  }

  it(
    'loses nothing and refuses at most what was in flight',
    async () => {
      const watch = new Watch();
      const code = unique('rolled');
      const api = cluster.gateway.live;
      const vendor = await api.create('/vendors', { name: code, external_id: code });
      await api.create(
        '/products',
        simpleProduct({ code, eventType: code, value: { unit_price: '0.01' } }),
      );
      const customers = [await customerOf(api, code), await customerOf(api, code)];
      for (const customer of customers)
        await api.create(`/customers/${customer}/wallet/adjustments`, {
          transaction_id: randomUUID(),
          asset: 'USD',
          amount: '100000',
          reason: 'gift',
        });

      const sent = new Map(customers.map((customer) => [customer, 0]));
      const sendEvents = async (customer: string): Promise<void> => {
        while (!watch.stopped) {
          const events = Array.from({ length: EVENTS_A_REQUEST }, () =>
            usage(
              code,
              {},
              { costs: [{ id: randomUUID(), vendor_id: vendor.id, amount: '0.001' }] },
            ),
          );
          const body = { customer_id: customer, events };
          const answer = await insist(watch, '/events', body);
          expect(answer.accepted + answer.duplicates).toBe(EVENTS_A_REQUEST);
          sent.set(customer, sent.get(customer)! + EVENTS_A_REQUEST);
        }
      };
      let captured = 0;
      const spendHolds = async (customer: string): Promise<void> => {
        for (let count = 0; !watch.stopped; count += 1) {
          const id = randomUUID();
          const hold = { id, customer_id: customer, amount: '0.5' };
          expect(await insist(watch, '/authorizations', hold)).toMatchObject({ id });
          const end = count % 2 === 0 ? 'capture' : 'void';
          const body = end === 'capture' ? { amount: '0.25', final: true } : {};
          await insist(watch, `/authorizations/${id}/${end}`, body);
          if (end === 'capture') captured += 1;
        }
      };
      const streams = [
        ...customers.flatMap((customer) =>
          Array.from({ length: EVENT_SENDERS / 2 }, () => sendEvents(customer)),
        ),
        spendHolds(customers[0]!),
      ];

      const statuses: (number | null)[] = [];
      try {
        for (const name of cluster.processes.keys()) {
          watch.rolling = name;
          statuses.push(await cluster.roll(name));
        }
      } finally {
        watch.stopped = true;
        await Promise.all(streams);
      }

      expect(new Set(statuses)).toEqual(new Set([0]));
      for (const { status, retryAfter } of watch.refusals)
        expect([status, Number(retryAfter)]).toEqual([503, 1]);
      // Behind a gateway the other process takes over; what a stopping gateway held it answers.
      const refusedBehind = watch.refusals.filter(
        ({ rolling }) => !rolling.startsWith('ingestion-gateway'),
      );
      expect(refusedBehind.length).toBeLessThanOrEqual(streams.length);

      for (const customer of customers) {
        const details = await allProcessed(customer, sent.get(customer)!);
        expect(details.filter(({ fees }) => fees.length !== 1)).toEqual([]);
        expect(details.filter(({ costs }) => costs.length !== 1)).toEqual([]);
      }
      const wallets = await Promise.all(
        customers.map((customer) => cluster.gateway.live.read(`/customers/${customer}/wallet`)),
      );
      const cents = (customer: number): number => 10_000_000 - sent.get(customers[customer]!)!;
      expect(captured).toBeGreaterThan(0);
      expect(wallets.map(({ accounts }) => accounts[0].available)).toEqual([
        moneyOf(cents(0) - 25 * captured),
        moneyOf(cents(1)),
      ]);
      expect(await cluster.gateway.live.read('/admin/trial-balance')).toMatchObject({
        balanced: true,
      });
      for (const service of cluster.services.keys())
        expect(await cluster.gateway.live.read(`/admin/${service}/dead-letters`)).toMatchObject({
          total_count: 0,
        });
    },
    ROLLING_MS_MAX,
  );

  /** Every accepted event, once its fees, debits and costs are there. */
  const allProcessed = (customer: string, count: number): Promise<Json[]> =>
    pollUntil(
      async () => {
        const items: Json[] = [];
        let cursor: string | null = '';
        while (cursor !== null) {
          const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
          const page: Json = await cluster.gateway.live.read(
            `/events?customer_id=${customer}&limit=100${more}`,
          );
          items.push(...page.items);
          cursor = page.next_cursor;
        }
        const done = items.filter(({ status }) => status === 'processed');
        return done.length === count && items.length === count ? items : undefined;
      },
      { timeoutMs: 120_000, what: `${count} processed events of ${customer}` },
    );
});

const moneyOf = (cents: number): string =>
  `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`.replace(/\.?0+$/, '');
