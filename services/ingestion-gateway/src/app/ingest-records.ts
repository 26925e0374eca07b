/**
 * Usage that external producers wrote to the inbound topic: the same checks, the same ids, the same
 * transaction as over HTTP. Nothing in it stops the consumer; what is refused goes, item by item,
 * to the dead-letter topic.
 *
 * Errors: DependencyDown and infrastructure errors: the batch comes again.
 */
import type { Tenant } from '@kontor/contracts';
import { isCloudEvent } from '../domain/cloud-event';
import { isJsonObject, type Refusal } from '../domain/refusal';
import {
  readStructured,
  readUsageBody,
  withFlaws,
  type ReadSubmission,
  type Submission,
} from '../domain/submission';
import type { UsageRules } from '../domain/usage';
import type { AcceptUsage } from './accept-usage';
import type { AdmitUsage } from './admit-usage';
import type { AdmittedUsage, RefusedItem } from './ports';

/** A record as it was received. */
export interface ReceivedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: ReadonlyMap<string, string>;
}

export interface ReceivedBatch {
  readonly topic: string;
  readonly records: readonly ReceivedRecord[];
  readonly settlement: { readonly consumer: string };
}

/** Bytes as a JSON value, with what is wrong with the text itself; or why they are none. */
export type ReadJson = (
  bytes: Buffer,
) =>
  | { readonly ok: true; readonly value: unknown; readonly flaws: readonly Refusal[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** Which platforms there are. */
export interface PlatformRegister {
  /** Those of `ids` that exist. */
  existing(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** The only platform of the installation; undefined when there are none or several. */
  sole(): Promise<string | undefined>;
}

export interface IngestRecordsParts {
  readonly admission: AdmitUsage;
  readonly acceptance: AcceptUsage;
  readonly platforms: PlatformRegister;
  readonly readJson: ReadJson;
  readonly rules: () => UsageRules;
}

const PLATFORM_HEADER = 'kontor-platform';
const MODE_HEADER = 'kontor-mode';

/** What one record brings to the command of its batch. */
interface Brought {
  readonly usages: readonly { readonly usage: AdmittedUsage; readonly index: number }[];
  readonly refused: readonly RefusedItem[];
  /** The item at `index` of the record, refused. */
  readonly refuseItem: (index: number, refusal: Refusal) => RefusedItem;
}

export class IngestRecords {
  constructor(private readonly parts: IngestRecordsParts) {}

  async apply({ topic, records, settlement }: ReceivedBatch): Promise<void> {
    const tenantOf = await this.tenants(records);
    const rules = this.parts.rules();
    const brought = await Promise.all(
      records.map((record) => this.read(record, { topic, tenantOf, rules })),
    );
    const usages = brought.flatMap((one) => one.usages.map((usage) => ({ ...usage, one })));
    const reused = (index: number): RefusedItem => {
      const entry = usages[index];
      if (!entry) throw new Error('a verdict without its usage');
      return entry.one.refuseItem(entry.index, ID_REUSED);
    };
    await this.parts.acceptance.submit(
      {
        usages: usages.map(({ usage }) => usage),
        inbound: {
          settlement,
          partitions: [...new Set(records.map(({ partition }) => partition))],
          refused: brought.flatMap(({ refused }) => refused),
          reused,
        },
      },
      'background',
    );
  }

  private async tenants(records: readonly ReceivedRecord[]): Promise<TenantOf> {
    const { platforms } = this.parts;
    const named = new Set(records.flatMap(({ headers }) => headers.get(PLATFORM_HEADER) ?? []));
    const isSomeUnnamed = records.some(({ headers }) => !headers.has(PLATFORM_HEADER));
    const [existing, sole] = await Promise.all([
      named.size > 0 ? platforms.existing([...named]) : new Set<string>(),
      isSomeUnnamed ? platforms.sole() : undefined,
    ]);
    return ({ headers }) => {
      const mode = headers.get(MODE_HEADER) ?? 'live';
      if (mode !== 'live' && mode !== 'test') return MODE_UNKNOWN;
      const platform = headers.get(PLATFORM_HEADER);
      if (platform === undefined)
        return sole === undefined ? PLATFORM_MISSING : { platform: sole, mode };
      return existing.has(platform) ? { platform, mode } : PLATFORM_UNKNOWN;
    };
  }

  private async read(record: ReceivedRecord, context: ReadContext): Promise<Brought> {
    const tenant = context.tenantOf(record);
    const refuse = refuserOf(record, context.topic, 'code' in tenant ? undefined : tenant);
    if ('code' in tenant) return refuse.whole(tenant);
    const json = record.value ? this.parts.readJson(record.value) : NO_VALUE;
    if (!json.ok) return refuse.whole(json.refusal);
    const { value, flaws } = json;
    const read = withFlaws(submissionOf(value, context.rules), flaws);
    if (!read.ok) return refuse.whole(read.refusals[0] ?? NO_VALUE.refusal);
    return this.admit(tenant, read.submission, refuse.items(value));
  }

  private async admit(
    tenant: Tenant,
    submission: Submission,
    refuse: ItemRefuser,
  ): Promise<Brought> {
    const admission = await this.parts.admission.admit(tenant, submission);
    if (!admission.ok) return refuse.whole(admission.refusal);
    const usages: { usage: AdmittedUsage; index: number }[] = [];
    const refused: RefusedItem[] = [];
    admission.items.forEach((item, index) => {
      if (item.ok) usages.push({ usage: item.usage, index });
      else refused.push(refuse.item(index, item.refusal));
    });
    return { usages, refused, refuseItem: refuse.item };
  }
}

type TenantOf = (record: ReceivedRecord) => Tenant | Refusal;

interface ReadContext {
  readonly topic: string;
  readonly tenantOf: TenantOf;
  readonly rules: UsageRules;
}

const submissionOf = (value: unknown, rules: UsageRules): ReadSubmission =>
  isCloudEvent(value) ? readStructured(value, rules) : readUsageBody(value, rules);

interface ItemRefuser {
  whole(refusal: Refusal): Brought;
  item(index: number, refusal: Refusal): RefusedItem;
}

/** Makes the dead-letter items of one record. */
function refuserOf(record: ReceivedRecord, topic: string, tenant: Tenant | undefined) {
  const { partition, offset, key, headers, value } = record;
  const source = { topic, partition, offset };
  const letter = (letterValue: Buffer | null, { code, pointer, detail }: Refusal): RefusedItem => {
    const place = pointer === '' ? detail : `${pointer}: ${detail}`;
    return { tenant, source, recordKey: key, headers, value: letterValue, code, detail: place };
  };
  const whole = (refusal: Refusal): Brought => ({
    usages: [],
    refused: [letter(value, refusal)],
    refuseItem: (_index, other) => letter(value, other),
  });
  const items = (body: unknown): ItemRefuser => ({
    whole,
    item: (index, refusal) => letter(itemBody(body, index) ?? value, refusal),
  });
  return { whole, items };
}

/** One event of a body as a body of its own; undefined for what is one item already. */
function itemBody(body: unknown, index: number): Buffer | undefined {
  if (!isJsonObject(body) || !Array.isArray(body['events'])) return undefined;
  const events: readonly unknown[] = body['events'];
  return Buffer.from(JSON.stringify({ ...body, events: [events[index]] }));
}

const refusal = (code: string, detail: string): Refusal => ({ pointer: '', code, detail });

const PLATFORM_MISSING = refusal(
  'platform_missing',
  `There are several platforms: the header ${PLATFORM_HEADER} says which one is meant.`,
);
const PLATFORM_UNKNOWN = refusal('unknown_platform', 'There is no such platform.');
const MODE_UNKNOWN = refusal('invalid_value', `${MODE_HEADER} is live or test.`);
const ID_REUSED = refusal('event_id_reused', 'This id was used for an event with other content.');
const NO_VALUE = {
  ok: false,
  refusal: refusal('malformed_json', 'The record has no value.'),
} as const;
