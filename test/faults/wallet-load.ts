/**
 * Callers that ask random things of a few wallets, and remember every answer they got.
 *
 * A caller whose request got no answer, or was told to come again, repeats it with the same id until
 * it knows. What is asked is seeded; how callers interleave is up to the machine.
 */
import { randomUUID } from 'node:crypto';
import { type Answer, type ApiClient, type Json, pollUntil } from '@kontor/testkit';
import { customerOf, simpleProduct, unique } from '../e2e/stories/setting';
import { type Random, randomFrom } from './random';

/** What usage costs; more than a hold of the smaller ones. */
export const FEE = '0.35';
const TOPUPS = ['1', '2.5', '0.75'];
const HOLDS = ['0.1', '0.5', '1', '3'];
const PARTS = ['0.05', '0.25', '0.5'];
/** Seconds; the short ones expire while others use them. */
const LIVES = [1, 2, 900, 900];
/** What a cost of an event is. */
export const COST = '0.01';
/** Usage comes in any order, and up to three months late. */
const LATE_MS_MAX = 90 * 24 * 3_600_000;
const AGAIN_MS = 20;
/** Per caller, also on a slow machine. */
const ANSWERS_MIN = 8;
const ENOUGH_TIMEOUT_MS = 120_000;
const ANSWER_TIMEOUT_MS = 15_000;
/** No fault lasts that long. */
const ASK_TIMEOUT_MS = 240_000;

export type Kind = 'topup' | 'withdrawal' | 'charge' | 'hold' | 'capture' | 'void' | 'usage';

/** A request that was answered for good. */
export interface Answered {
  readonly kind: Kind;
  /** Of the transaction, authorization or event; a capture's key. */
  readonly id: string;
  readonly customer: string;
  /** Above 0, as it was asked for; '0' where there is none. */
  readonly amount: string;
  /** The hold that a capture, void or usage named. */
  readonly hold?: string | undefined;
  readonly status: number;
  readonly body: Json;
  /** How often it was sent; above 1 nobody knows when the ones before arrive, or whether. */
  readonly sent: number;
}

export interface WalletLoadOptions {
  readonly seed: number;
  readonly callers: number;
  readonly customers: number;
  /** The servers to ask, any of them each time: also the one that does not own the wallet. */
  readonly apis: readonly ApiClient[];
  /** Usage of any time of the last months, each with a cost; otherwise of one moment, without. */
  readonly hasCosts?: boolean;
}

export class WalletLoad {
  readonly answered: Answered[] = [];
  /** Every body of usage that was answered with success, to be sent again. */
  readonly sentUsage: Json[] = [];
  /** How often callers were told to come again, by `status code retry-after`. */
  readonly refusals = new Map<string, number>();
  /** Requests that were repeated because nobody knew what became of them. */
  repeated = 0;
  customers: readonly string[] = [];
  private eventType = '';
  private vendor: string | undefined;
  private readonly open = new Map<string, string[]>();
  private over = false;
  private isAbandoned = false;

  constructor(private readonly options: WalletLoadOptions) {}

  /** Customers that can never owe: what no lot covers is not collected. */
  async prepare(): Promise<void> {
    const api = this.options.apis[0]!;
    this.eventType = unique('load');
    const product = { code: this.eventType, eventType: this.eventType, value: { unit_price: FEE } };
    await api.create('/products', simpleProduct(product));
    if (this.options.hasCosts)
      this.vendor = (await api.create('/vendors', { name: this.eventType })).id as string;
    const customers: string[] = [];
    for (let index = 0; index < this.options.customers; index += 1) {
      const customer = await customerOf(api, this.eventType);
      customers.push(customer);
      this.open.set(customer, []);
      await this.topUp(customer, '5', api);
      await this.forbidDebt(customer, api);
    }
    this.customers = customers;
  }

  private async forbidDebt(customer: string, api: ApiClient): Promise<void> {
    const account = `/customers/${customer}/wallet/default:USD`;
    const { status } = await pollUntil(
      async () => {
        const answer = await api.patch(account, { overdraft: { mode: 'none' } });
        return answer.status < 500 && answer;
      },
      { timeoutMs: ANSWER_TIMEOUT_MS, what: 'an answer to the overdraft policy' },
    );
    if (status !== 200) throw new Error(`the overdraft policy was answered ${status}`);
  }

  /** Resolves when `until` did, and every caller has the answer to its last request. */
  async run(until: Promise<unknown>): Promise<void> {
    this.over = false;
    const callers = Promise.all(
      Array.from({ length: this.options.callers }, (_, index) =>
        this.call(randomFrom(this.options.seed + index)),
      ),
    );
    // Looked at below; until then a failure waits there, and is not an unhandled one.
    callers.catch(() => undefined);
    try {
      await until;
    } catch (error) {
      this.isAbandoned = true;
      throw error;
    } finally {
      this.over = true;
    }
    await callers;
  }

  /** Resolves after that time, and not before every caller has had some answers. */
  async enough(seconds: number): Promise<void> {
    const until = this.answered.length + ANSWERS_MIN * this.options.callers;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    await pollUntil(() => this.answered.length >= until, {
      timeoutMs: ENOUGH_TIMEOUT_MS,
      what: 'enough answers',
    });
  }

  /** Usage that was accepted, once more: answered as a duplicate, whatever else happens. */
  async sendAgain(body: Json, api: ApiClient): Promise<void> {
    for (;;) {
      const answer = await inTime(api.post('/events', body));
      if (answer && answer.status < 300) {
        if (answer.body.duplicates !== 1)
          throw new Error(`sent again, and answered ${JSON.stringify(answer.body)}`);
        return;
      }
      if (answer && answer.status < 500 && answer.status !== 429)
        throw new Error(`sent again: ${answer.status} ${JSON.stringify(answer.body)}`);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  private async call(random: Random): Promise<void> {
    while (!this.over) {
      const customer = random.pick(this.customers);
      const api = random.pick(this.options.apis);
      await this.step(random, customer, api);
    }
  }

  private step(random: Random, customer: string, api: ApiClient): Promise<unknown> {
    const hold = this.someHold(random, customer);
    const choice = random.below(20);
    if (choice < 3) return this.topUp(customer, random.pick(TOPUPS), api);
    if (choice < 4) return this.withdraw(customer, random.pick(PARTS), api);
    if (choice < 6) return this.charge(customer, random.pick(PARTS), api);
    if (choice < 11) return this.use(random, { customer, api, hold });
    if (choice < 16 || hold === undefined) return this.place(random, customer, api);
    return choice < 18
      ? this.capture(random, { customer, api, hold })
      : this.void({ customer, api, hold });
  }

  private someHold(random: Random, customer: string): string | undefined {
    const open = this.open.get(customer)!;
    return open.length === 0 ? undefined : random.pick(open);
  }

  private topUp(customer: string, amount: string, api: ApiClient): Promise<unknown> {
    return this.adjust({ kind: 'topup', id: randomUUID(), customer, amount }, amount, api);
  }

  private withdraw(customer: string, amount: string, api: ApiClient): Promise<unknown> {
    const asked = { kind: 'withdrawal', id: randomUUID(), customer, amount } as const;
    return this.adjust(asked, `-${amount}`, api);
  }

  private adjust(asked: Asked, amount: string, api: ApiClient): Promise<unknown> {
    return this.ask(asked, () =>
      api.post(`/customers/${asked.customer}/wallet/adjustments`, {
        transaction_id: asked.id,
        asset: 'USD',
        amount,
        reason: 'external_topup',
      }),
    );
  }

  private charge(customer: string, amount: string, api: ApiClient): Promise<unknown> {
    const id = randomUUID();
    return this.ask({ kind: 'charge', id, customer, amount }, () =>
      api.post(`/customers/${customer}/wallet/charges`, {
        transaction_id: id,
        asset: 'USD',
        amount,
      }),
    );
  }

  private async place(random: Random, customer: string, api: ApiClient): Promise<void> {
    const id = randomUUID();
    const amount = random.pick(HOLDS);
    const expiresIn = random.pick(LIVES);
    const answer = await this.ask({ kind: 'hold', id, customer, amount }, () =>
      api.post('/authorizations', { id, customer_id: customer, amount, expires_in: expiresIn }),
    );
    const open = this.open.get(customer)!;
    if (answer.status === 201) open.push(id);
    if (open.length > 40) open.shift();
  }

  private capture(random: Random, { customer, api, hold }: OnHold): Promise<unknown> {
    const id = randomUUID();
    const amount = random.below(3) === 0 ? undefined : random.pick(PARTS);
    const final = random.below(2) === 0;
    const body = amount === undefined ? {} : { amount, final };
    return this.ask({ kind: 'capture', id, customer, amount: amount ?? '0', hold }, () =>
      api.post(`/authorizations/${hold}/capture`, body, { headers: { 'idempotency-key': id } }),
    );
  }

  private void({ customer, api, hold }: OnHold): Promise<unknown> {
    const id = randomUUID();
    return this.ask({ kind: 'void', id, customer, amount: '0', hold }, () =>
      api.post(`/authorizations/${hold}/void`, {}, { headers: { 'idempotency-key': id } }),
    );
  }

  private async use(random: Random, { customer, api, hold: some }: Using): Promise<void> {
    const id = randomUUID();
    const hold = random.below(2) === 0 ? some : undefined;
    const event = {
      id,
      event_type: this.eventType,
      data: {},
      ...this.whenAndCosts(random),
      ...(hold && { authorization_id: hold, authorization_final: random.below(2) === 0 }),
    };
    const body = { customer_id: customer, events: [event] };
    const asked = { kind: 'usage', id, customer, amount: FEE, hold } as const;
    const { status } = await this.ask(asked, () => api.post('/events', body));
    if (status < 300) this.sentUsage.push(body);
  }

  private whenAndCosts(random: Random): Json {
    if (this.vendor === undefined) return { occurred_at: '2026-01-05T14:32:18Z' };
    const occurredAt = new Date(Date.now() - random.below(LATE_MS_MAX)).toISOString();
    const cost = { id: randomUUID(), vendor_id: this.vendor, amount: COST };
    return { occurred_at: occurredAt, costs: [cost] };
  }

  private noteRefusal({ status, body, headers }: Answer<Json>): void {
    const said = `${status} ${body?.code} retry-after ${headers.get('retry-after')}`;
    this.refusals.set(said, (this.refusals.get(said) ?? 0) + 1);
  }

  /** Errors: throws when nobody knows for minutes what became of the request. */
  private async ask(asked: Asked, send: () => Promise<Answer<Json>>): Promise<Answer<Json>> {
    const deadline = Date.now() + ASK_TIMEOUT_MS;
    for (let sent = 1; ; sent += 1) {
      if (this.isAbandoned || Date.now() > deadline)
        throw new Error(`nobody answered ${JSON.stringify(asked)}`);
      const answer = await inTime(send());
      if (answer && answer.status < 500 && answer.status !== 429) {
        this.answered.push({ ...asked, status: answer.status, body: answer.body, sent });
        return answer;
      }
      this.repeated += 1;
      if (answer) this.noteRefusal(answer);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

type Asked = Omit<Answered, 'status' | 'body' | 'sent'>;
interface OnHold {
  readonly customer: string;
  readonly api: ApiClient;
  readonly hold: string;
}
interface Using extends Omit<OnHold, 'hold'> {
  readonly hold: string | undefined;
}

/** Undefined = no answer: the connection was cut, or nobody answers. */
async function inTime(answer: Promise<Answer<Json>>): Promise<Answer<Json> | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ANSWER_TIMEOUT_MS);
  });
  try {
    return await Promise.race([answer.catch(() => undefined), patience]);
  } finally {
    clearTimeout(timer);
  }
}
