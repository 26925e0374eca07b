/**
 * Method: several clients at once, each with its own customer, product, subject and vendor, so that
 * each knows what must be there. Each writes, takes the answer's `Kontor-Position`, and reads with
 * `Kontor-At-Least` at once, once: what it reads must have the write.
 */
import { randomUUID } from 'node:crypto';
import { type ApiClient, type Json } from '@kontor/testkit';
import { simpleProduct, unique, usage } from './setting';

const CLIENTS = 8;
/** In thousandths of a dollar. */
const FEE = 10;
const COST = 3;

interface Reader {
  readonly path: string;
  /** What of the answer says how much of its writes the client sees. */
  readonly seen: (body: Json) => unknown;
  readonly expected: unknown;
}

const dollars = (thousandths: number): string =>
  (thousandths / 1_000).toFixed(3).replace(/\.?0+$/, '');

class Client {
  private readonly code = unique('after');
  private customer = '';
  private product = '';
  private vendor = '';
  private events = 0;
  private adjusted = 0;
  private adjustments = 0;
  private customers = 0;

  constructor(private readonly api: ApiClient) {}

  async setUp(): Promise<void> {
    const { code, api } = this;
    const value = { unit_price: dollars(FEE) };
    const product = await api.create('/products', simpleProduct({ code, eventType: code, value }));
    this.product = product.id;
    this.vendor = (await api.create('/vendors', { name: code })).id;
    const subscriptions = [{ products: [{ code }] }];
    const customer = { name: code, external_id: code, subscriptions };
    this.customer = (await api.create('/customers', customer)).id;
  }

  /** One write and one read; answers what was missing. */
  async step(number: number): Promise<string | undefined> {
    const kind = number % 10;
    if (kind === 8) return this.readBack(await this.adjust(), this.afterAdjustment(number));
    if (kind === 9) return this.newCustomer();
    const id = randomUUID();
    const token = await this.use(id);
    const readers = this.afterUsage(id);
    return this.readBack(token, readers[kind % readers.length]!);
  }

  private use(id: string): Promise<string> {
    this.events += 1;
    const costs = [
      { id: randomUUID(), vendor_id: this.vendor, amount: dollars(COST), currency: 'USD' },
    ];
    const event = usage(this.code, {}, { id, subject: this.code, costs });
    return this.write('/events', { customer_id: this.customer, events: [event] });
  }

  private adjust(): Promise<string> {
    this.adjusted += 100;
    this.adjustments += 1;
    return this.write(`/customers/${this.customer}/wallet/adjustments`, {
      transaction_id: randomUUID(),
      amount: dollars(100),
      asset: 'USD',
      reason: 'gift',
    });
  }

  private async newCustomer(): Promise<string | undefined> {
    this.customers += 1;
    const externalId = `${this.code}-${this.customers}`;
    const token = await this.write('/customers', { name: externalId, external_id: externalId });
    return this.readBack(token, {
      path: `/customers?external_id=${externalId}`,
      seen: (body) => body.total_count,
      expected: 1,
    });
  }

  private afterUsage(id: string): readonly Reader[] {
    const { customer, code, product, vendor, events } = this;
    const sums = (body: Json): unknown => [body.gross_revenue, body.total_costs];
    const expected = [dollars(FEE * events), dollars(COST * events)];
    return [
      { path: `/events/${id}`, seen: (body) => body.status, expected: 'processed' },
      {
        path: `/events?customer_id=${customer}&limit=1`,
        seen: (body) => [body.total_count, body.items[0].status],
        expected: [events, 'processed'],
      },
      { path: `/customers/${customer}/stats`, seen: sums, expected },
      { path: `/products/${product}/stats`, seen: sums, expected },
      { path: `/subjects/${code}/stats?customer_id=${customer}`, seen: sums, expected },
      {
        path: `/vendors/${vendor}/stats`,
        seen: (body) => body.total_costs,
        expected: dollars(COST * events),
      },
      this.balance(),
      this.transactions(),
    ];
  }

  private afterAdjustment(number: number): Reader {
    return number % 20 === 8 ? this.balance() : this.transactions();
  }

  private balance(): Reader {
    return {
      path: `/customers/${this.customer}/wallet`,
      seen: (body) => body.accounts[0].available,
      expected: dollars(this.adjusted - FEE * this.events),
    };
  }

  private transactions(): Reader {
    return {
      path: `/customers/${this.customer}/wallet/transactions?limit=1`,
      seen: (body) => body.total_count,
      expected: this.events + this.adjustments,
    };
  }

  private async write(path: string, body: Json): Promise<string> {
    const answer = await this.api.post(path, body);
    const token = answer.headers.get('kontor-position');
    if (answer.status >= 300 || token === null)
      throw new Error(`POST ${path}: ${answer.status}, ${token}, ${JSON.stringify(answer.body)}`);
    return token;
  }

  private async readBack(token: string, reader: Reader): Promise<string | undefined> {
    const headers = { 'kontor-at-least': token };
    const { status, body } = await this.api.get(reader.path, { headers });
    // On a machine that is busy elsewhere 2 s may pass: 503 is an answer, a missing write is not.
    if (status === 503 && body.code === 'not_ready') return this.readBack(token, reader);
    const seen = status === 200 ? JSON.stringify(reader.seen(body)) : `status ${status}`;
    const expected = JSON.stringify(reader.expected);
    return seen === expected ? undefined : `${reader.path} at ${token}: ${seen}, not ${expected}`;
  }
}

export function readsAfterWritesStories(live: () => ApiClient, writes: number): void {
  describe('reads after writes', () => {
    it(`never miss the client's own write, ${writes} times`, async () => {
      const clients = Array.from({ length: CLIENTS }, () => new Client(live()));
      const missed = await Promise.all(
        clients.map(async (client) => {
          await client.setUp();
          const found: string[] = [];
          for (let step = 0; step < writes / CLIENTS; step += 1) {
            const missing = await client.step(step);
            if (missing !== undefined) found.push(missing);
          }
          return found;
        }),
      );
      expect(missed.flat()).toEqual([]);
    }, 600_000);

    it('refuse a token that no write answered', async () => {
      const read = async (token: string, path = '/events?limit=1'): Promise<unknown[]> => {
        const answer = await live().get(path, { headers: { 'kontor-at-least': token } });
        return [answer.status, answer.body.code];
      };
      for (const token of ['', 'x', 'usage.recorded.v1:0', 'usage.recorded.v1:8:1', 'other.v1:0:1'])
        expect([token, ...(await read(token))]).toEqual([token, 422, 'invalid_position']);
      expect(await read('usage.recorded.v1:0:999999999')).toEqual([422, 'invalid_position']);
      expect(await read('catalog.v1:0:1,usage.recorded.v1:0:0')).toEqual([200, undefined]);
    });
  });
}
