/**
 * A CloudEvents 1.0 event in its JSON format, read as a usage event.
 *
 * Shape:  `type` is the event type, `time` when it happened, `data` its data; the extension
 *         attributes `customerid` or `customerexternalid` name the customer and `description`
 *         describes it. Other extension attributes (tracing, partition keys) are let through.
 * Errors: pointers name the CloudEvent's own fields.
 */
import {
  FieldReader,
  isAbsent,
  isJsonObject,
  NAME_CHARACTERS_MAX,
  type JsonObject,
  type Refusal,
} from './refusal';
import { checkUsageEvent, type CheckedUsage, type UsageRules } from './usage';

/** Who the usage is of. With both, they must name the same customer. */
export interface CustomerReference {
  readonly customerId?: string | undefined;
  readonly externalId?: string | undefined;
  /** Where it stands in what was sent. */
  readonly pointer: string;
}

export interface ReadCloudEvent {
  readonly customer: CustomerReference;
  readonly checked: CheckedUsage;
}

const NAME = { charactersMax: NAME_CHARACTERS_MAX } as const;
const REQUIRED = { charactersMax: 2_048, required: true } as const;
const EXTENSION_NAME = /^[a-z0-9]+$/;
const JSON_TYPE = /^(?:application|text)\/(?:[\w.-]+\+)?json(?:\s*;.*)?$/i;
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['event_type', 'type'],
  ['occurred_at', 'time'],
]);

/** Whether an object says of itself that it is a CloudEvent. */
export const isCloudEvent = (value: unknown): value is JsonObject =>
  isJsonObject(value) && 'specversion' in value;

export function readCloudEvent(input: unknown, pointer: string, rules: UsageRules): ReadCloudEvent {
  if (!isJsonObject(input)) return refused(pointer, pointer, 'A CloudEvent is an object.');
  const reader = new FieldReader(input, pointer);
  checkEnvelope(reader, input);
  const customer = readCustomer(reader, pointer, {
    id: 'customerid',
    externalId: 'customerexternalid',
  });
  const { id, type, time, subject, description, data } = input;
  const usage = { id, event_type: type, occurred_at: time, subject, description, data };
  const checked = checkUsageEvent(usage, pointer, rules);
  if (reader.refusal) return { customer, checked: { ok: false, refusal: reader.refusal } };
  return checked.ok
    ? { customer, checked }
    : { customer, checked: { ok: false, refusal: inItsOwnWords(checked.refusal, pointer) } };
}

/** How a body names its fields for the customer. */
export interface CustomerFields {
  readonly id: string;
  readonly externalId: string;
}

/** What stands before an external id in a place for a customer id. */
const EXTERNAL_PREFIX = 'ext_';

/** Reads who the usage is of; a missing one is refused. */
export function readCustomer(
  reader: FieldReader,
  pointer: string,
  fields: CustomerFields,
): CustomerReference {
  const named = reader.text(fields.id, { charactersMax: NAME_CHARACTERS_MAX + 4 });
  const external = reader.text(fields.externalId, NAME);
  if (named === undefined && external === undefined)
    reader.refuse(fields.id, 'customer_required', `Give ${fields.id} or ${fields.externalId}.`);
  const at = `${pointer}/${named === undefined && external !== undefined ? fields.externalId : fields.id}`;
  if (!named?.startsWith(EXTERNAL_PREFIX))
    return { customerId: named, externalId: external, pointer: at };
  const prefixed = named.slice(EXTERNAL_PREFIX.length);
  if (external !== undefined && external !== prefixed)
    reader.refuse(fields.externalId, 'customer_mismatch', 'Both name another customer.');
  return { externalId: prefixed, pointer: at };
}

function checkEnvelope(reader: FieldReader, input: JsonObject): void {
  const version = reader.text('specversion', REQUIRED);
  if (version !== undefined && version !== '1.0')
    reader.refuse('specversion', 'not_supported', 'CloudEvents 1.0 is understood.');
  reader.text('source', REQUIRED);
  reader.text('dataschema', REQUIRED_IF_GIVEN);
  const contentType = reader.text('datacontenttype', NAME);
  if (contentType !== undefined && !JSON_TYPE.test(contentType))
    reader.refuse('datacontenttype', 'not_supported', '`data` must be JSON.');
  if (!isAbsent(input['data_base64']))
    reader.refuse('data_base64', 'not_supported', '`data` must be JSON.');
  for (const field in input) if (!isKnown(field, input[field])) refuseUnknown(reader, field);
}

const REQUIRED_IF_GIVEN = { charactersMax: 2_048 } as const;

/** `costs` or `customer_id` on a CloudEvent would be lost in silence; a trace id may pass. */
const isKnown = (field: string, value: unknown): boolean =>
  field === 'data' ||
  field === 'data_base64' ||
  value === null ||
  (EXTENSION_NAME.test(field) && typeof value !== 'object');

const refuseUnknown = (reader: FieldReader, field: string): void =>
  reader.refuse(field, 'unknown_field', 'There is no such attribute.');

function inItsOwnWords(refusal: Refusal, pointer: string): Refusal {
  const field = refusal.pointer.slice(pointer.length + 1);
  const own = RENAMED.get(field);
  return own === undefined ? refusal : { ...refusal, pointer: `${pointer}/${own}` };
}

function refused(at: string, pointer: string, detail: string): ReadCloudEvent {
  const refusal = { pointer, code: 'invalid_type', detail };
  return { customer: { pointer: at }, checked: { ok: false, refusal } };
}
