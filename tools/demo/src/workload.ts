/**
 * A believable stream of usage: who did what, how much of it, and what it cost. The same seed gives
 * the same stream, ids included, so sending it again changes nothing.
 */
import { createHash } from 'node:crypto';
import { decimal, roundAmount, wire } from '@kontor/money';
import { CUSTOMERS, type DemoCustomer } from './audience';
import { TASKS, type CostRow, type Task } from './offer';

export interface DemoEvent {
  readonly id: string;
  readonly event_type: string;
  readonly occurred_at: string;
  readonly subject: string;
  readonly description: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly costs: readonly object[];
}

export interface PlannedEvent {
  readonly customer: DemoCustomer;
  readonly event: DemoEvent;
}

/** Of a customer's events this share is of its favourite product. */
const FAVOURITE_SHARE = 0.6;

/** A small seeded generator (mulberry32): only the demo's variety rests on it. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Workload {
  private readonly random: () => number;
  private count = 0;

  constructor(private readonly run: string) {
    this.random = seeded(createHash('sha256').update(run).digest().readUInt32BE(0));
  }

  /** The next event, as having happened at `occurredAt`. */
  next(occurredAt: Date): PlannedEvent {
    this.count += 1;
    const customer = this.pickCustomer();
    const task = this.pickTask(customer);
    const cost = pick(task.costs, this.random());
    const volume = this.volumeOf(task);
    const name = `${this.run}:${this.count}`;
    return {
      customer,
      event: {
        id: uuidOf(`event ${name}`),
        event_type: task.eventType,
        occurred_at: occurredAt.toISOString(),
        subject: `task_${Math.floor(this.count / 3)}`,
        description: task.name,
        data: {
          ...cost.dimensions,
          ...(task.volumeField !== undefined && { [task.volumeField]: volume }),
        },
        costs: [costOf(uuidOf(`cost ${name}`), cost, volume)],
      },
    };
  }

  private pickCustomer(): DemoCustomer {
    const total = CUSTOMERS.reduce((sum, { weight }) => sum + weight, 0);
    let at = this.random() * total;
    for (const customer of CUSTOMERS) {
      at -= customer.weight;
      if (at < 0) return customer;
    }
    return pick(CUSTOMERS, 0);
  }

  private pickTask(customer: DemoCustomer): Task {
    const favourite = this.random() < FAVOURITE_SHARE;
    const product = favourite ? customer.products[0] : pick(customer.products, this.random());
    return TASKS.find((task) => task.product === product) ?? pick(TASKS, 0);
  }

  private volumeOf({ volume: [least, most] }: Task): number {
    // Small amounts are common and large ones rare, as in real usage.
    return Math.round(least + (most - least) * this.random() ** 3);
  }
}

function costOf(id: string, cost: CostRow, volume: number): object {
  const amount = roundAmount(decimal(cost.perVolume).times(decimal(String(volume))));
  return {
    id,
    vendor_external_id: cost.vendor,
    category: cost.category,
    input_volume: volume,
    volume_rate: cost.perVolume,
    amount: wire(amount),
    currency: 'USD',
  };
}

function pick<T>(items: readonly T[], random: number): T {
  const item = items[Math.min(items.length - 1, Math.floor(random * items.length))];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

/** A UUID (v5 form) of a name, so that a repeated run repeats its ids. */
function uuidOf(name: string): string {
  const bytes = createHash('sha1').update('kontor demo').update(name).digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
