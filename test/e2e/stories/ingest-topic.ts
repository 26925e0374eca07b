/**
 * Usage that an external producer writes to the inbound topic.
 */
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type IHeaders, type Producer } from 'kafkajs';
import { type ApiClient, type Json, pollUntil } from '@kontor/testkit';
import { customerOf, processed, simpleProduct, unique, untilAvailable, usage } from './setting';

export interface IngestSetting {
  readonly live: () => ApiClient;
  readonly test: () => ApiClient;
  readonly brokers: () => string[];
  readonly prefix: string;
}

interface Refused {
  readonly value: string;
  readonly code: string;
  readonly detail: string;
  readonly source: string;
}

export function ingestTopicStories({ live, test, brokers, prefix }: IngestSetting): void {
  describe('usage written to the inbound topic', () => {
    let kafka: Kafka;
    let producer: Producer;
    const refused: Refused[] = [];
    let stopReading: () => Promise<void>;

    beforeAll(async () => {
      kafka = new Kafka({ brokers: brokers(), logLevel: logLevel.NOTHING });
      producer = kafka.producer();
      await producer.connect();
      const consumer = kafka.consumer({ groupId: `${prefix}watch-${randomUUID()}` });
      await consumer.connect();
      await consumer.subscribe({ topic: `${prefix}usage.ingest.v1.dlq`, fromBeginning: true });
      const text = (headers: IHeaders | undefined, name: string): string =>
        String(headers?.[name] ?? '');
      await consumer.run({
        eachMessage: async ({ message }) => {
          refused.push({
            value: message.value?.toString() ?? '',
            code: text(message.headers, 'kontor-error-code'),
            detail: text(message.headers, 'kontor-error-detail'),
            source: text(message.headers, 'kontor-source'),
          });
        },
      });
      stopReading = () => consumer.disconnect();
    }, 60_000);
    afterAll(async () => {
      await stopReading();
      await producer.disconnect();
    });

    let platform = '';
    const produce = async (value: string, headers: Record<string, string> = {}): Promise<void> => {
      platform ||= (await live().read('/accounts/self')).account_id;
      const withPlatform = { 'kontor-platform': platform, ...headers };
      await producer.send({
        topic: `${prefix}usage.ingest.v1`,
        messages: [{ value, headers: withPlatform }],
      });
    };
    const shop = async (api: ApiClient): Promise<{ code: string; customer: string }> => {
      const code = unique('topic');
      await api.create(
        '/products',
        simpleProduct({ code, eventType: code, value: { unit_price: 1 } }),
      );
      return { code, customer: await customerOf(api, code) };
    };
    const refusalOf = (text: string): Promise<Refused> =>
      pollUntil(() => refused.find(({ value }) => value.includes(text)), { timeoutMs: 30_000 });

    it('is processed as if it had come by HTTP, and is the same event there', async () => {
      const { code, customer } = await shop(live());
      const event = usage(code, {});
      const body = { customer_id: customer, events: [event] };
      await produce(JSON.stringify(body));
      await produce(JSON.stringify(body));
      const shown = await processed(live(), event.id);
      expect(shown.fees).toHaveLength(1);
      const again = await live().post('/events', body);
      expect(again.body).toMatchObject({ accepted: 0, duplicates: 1 });
      await untilAvailable(live(), customer, '-1');
    }, 60_000);

    it('may be one structured CloudEvent', async () => {
      const { code, customer } = await shop(live());
      const id = randomUUID();
      await produce(
        JSON.stringify({
          specversion: '1.0',
          id,
          source: '/factory',
          type: code,
          time: '2026-01-05T14:32:18Z',
          customerid: customer,
          data: {},
        }),
      );
      expect((await processed(live(), id)).fees).toHaveLength(1);
    }, 60_000);

    it('goes to its own mode only', async () => {
      const { code, customer } = await shop(test());
      const event = usage(code, {});
      await produce(JSON.stringify({ customer_id: customer, events: [event] }), {
        'kontor-mode': 'test',
      });
      await processed(test(), event.id);
      expect((await live().get(`/events/${event.id}`)).status).toBe(404);
    }, 60_000);

    it('is handed back with the reason when it is refused, one item at a time', async () => {
      const { code, customer } = await shop(live());
      const good = usage(code, {});
      const bad = { ...usage(code, {}), occurred_at: 'yesterday' };
      await produce(JSON.stringify({ customer_id: customer, events: [bad, good] }));
      await produce('{"no json": ');
      const stranger = `stranger-${randomUUID()}`;
      await produce(JSON.stringify({ customer_external_id: stranger, events: [usage(code, {})] }));

      const one = await refusalOf(bad.id);
      expect(one).toMatchObject({ code: expect.any(String), detail: expect.any(String) });
      expect(one.source).toMatch(/usage\.ingest\.v1\/\d+\/\d+$/);
      const item: Json = JSON.parse(one.value);
      expect(item.events.map((event: Json) => event.id)).toEqual([bad.id]);
      expect((await refusalOf('{"no json": ')).code).toBe('malformed_json');
      expect((await refusalOf(stranger)).code).toBe('unknown_customer');
      expect((await processed(live(), good.id)).fees).toHaveLength(1);
    }, 90_000);
  });
}
