/**
 * What one request or one inbound record brings: its usage events, each with its own check.
 *
 * Shape:  items stand in the order in which they were sent. A body that cannot be read as a whole
 *         (no customer, no list of events) is refused as a whole.
 */
import { readCloudEvent, readCustomer, type CustomerReference } from './cloud-event';
import { FieldReader, isAbsent, isJsonObject, type JsonObject, type Refusal } from './refusal';
import { checkUsageEvent, type CheckedUsage, type UsageRules } from './usage';

export interface SubmittedItem {
  /** As sent, when it was text: for the answer, also of a refused item. */
  readonly id: string | undefined;
  readonly pointer: string;
  readonly customer: CustomerReference;
  readonly checked: CheckedUsage;
}

export interface Submission {
  readonly items: readonly SubmittedItem[];
  /** All items are of this customer: when it is unknown, the whole submission is refused. */
  readonly customer: CustomerReference | undefined;
}

export type ReadSubmission =
  | { readonly ok: true; readonly submission: Submission }
  | { readonly ok: false; readonly refusals: readonly Refusal[] };

export const EVENTS_MAX = 1_000;

/** From here on a text has more flaws than were listed, and nobody knows in which items. */
const LISTED_FLAWS_MAX = 100;

/**
 * Lays what is wrong with the JSON text itself (NUL, a forbidden key, ...) on the items that have
 * it; a flaw outside of all items refuses the whole.
 */
export function withFlaws(read: ReadSubmission, flaws: readonly Refusal[]): ReadSubmission {
  if (flaws.length === 0 || !read.ok) return read;
  const { items, customer } = read.submission;
  const outside = flaws.filter((flaw) => !items.some((item) => isWithin(flaw, item)));
  if (outside.length > 0) return { ok: false, refusals: outside };
  if (flaws.length >= LISTED_FLAWS_MAX) return { ok: false, refusals: flaws };
  const flawed = items.map((item): SubmittedItem => {
    const refusal = flaws.find((flaw) => isWithin(flaw, item));
    return refusal ? { ...item, checked: { ok: false, refusal } } : item;
  });
  return { ok: true, submission: { items: flawed, customer } };
}

const isWithin = (flaw: Refusal, { pointer }: SubmittedItem): boolean =>
  flaw.pointer === pointer || flaw.pointer.startsWith(`${pointer}/`);

const BODY_FIELDS: ReadonlySet<string> = new Set(['customer_id', 'customer_external_id', 'events']);
const CUSTOMER_FIELDS = { id: 'customer_id', externalId: 'customer_external_id' } as const;

/** `{customer_id | customer_external_id, events: [...]}`. */
export function readUsageBody(body: unknown, rules: UsageRules): ReadSubmission {
  if (!isJsonObject(body)) return refuseWhole('', 'invalid_type', 'Expected an object.');
  const reader = new FieldReader(body, '');
  reader.onlyKnows(BODY_FIELDS);
  const customer = readCustomer(reader, '', CUSTOMER_FIELDS);
  const events = readEvents(reader, body);
  if (reader.refusal) return { ok: false, refusals: [reader.refusal] };
  const items = events.map((event, index) => {
    const pointer = `/events/${index}`;
    return { id: idOf(event), pointer, customer, checked: checkUsageEvent(event, pointer, rules) };
  });
  return { ok: true, submission: { items, customer } };
}

/** One CloudEvent in structured mode. */
export function readStructured(body: unknown, rules: UsageRules): ReadSubmission {
  if (!isJsonObject(body)) return refuseWhole('', 'invalid_type', 'Expected an object.');
  return {
    ok: true,
    submission: { items: [cloudEventItem(body, '', rules)], customer: undefined },
  };
}

/** A JSON array of CloudEvents; each names its own customer. */
export function readBatched(body: unknown, rules: UsageRules): ReadSubmission {
  if (!Array.isArray(body)) return refuseWhole('', 'invalid_type', 'Expected an array.');
  const count = countRefusal(body.length, '');
  if (count) return { ok: false, refusals: [count] };
  const items = body.map((event, index) => cloudEventItem(event, `/${index}`, rules));
  return { ok: true, submission: { items, customer: undefined } };
}

function readEvents(reader: FieldReader, body: JsonObject): readonly unknown[] {
  const events = body['events'];
  if (isAbsent(events)) reader.refuse('events', 'required', 'This field is required.');
  else if (!Array.isArray(events)) reader.refuse('events', 'invalid_type', 'Expected an array.');
  else reader.adopt(countRefusal(events.length, '/events'));
  return Array.isArray(events) ? events : [];
}

function countRefusal(count: number, pointer: string): Refusal | undefined {
  if (count === 0) return { pointer, code: 'too_small', detail: 'At least 1 event.' };
  if (count > EVENTS_MAX)
    return { pointer, code: 'too_big', detail: `At most ${EVENTS_MAX} events.` };
  return undefined;
}

const cloudEventItem = (event: unknown, pointer: string, rules: UsageRules): SubmittedItem => ({
  id: idOf(event),
  pointer,
  ...readCloudEvent(event, pointer, rules),
});

/** Long enough for any UUID; a longer id is refused and needs no echo in full. */
const ECHOED_ID_MAX = 64;

const idOf = (event: unknown): string | undefined =>
  isJsonObject(event) && typeof event['id'] === 'string'
    ? event['id'].slice(0, ECHOED_ID_MAX)
    : undefined;

const refuseWhole = (pointer: string, code: string, detail: string): ReadSubmission => ({
  ok: false,
  refusals: [{ pointer, code, detail }],
});
