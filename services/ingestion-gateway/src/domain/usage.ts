/**
 * A usage event at the edge: checked, normalised, and told apart from every other content.
 *
 * Shape:  ids in lower case, instants canonical, costs complete; `data` as it was sent.
 * Units:  bytes are UTF-8 as JSON without white space.
 * Time:   any past instant is usage; at most OCCURRED_AHEAD_MAX_MS ahead of the edge's clock.
 * Errors: the first refusal of an event, with its pointer. Nothing throws.
 */
import { canonicalJson, exceedsBytes } from './canonical-json';
import { checkCost, type UsageCost } from './cost';
import {
  DESCRIPTION_CHARACTERS_MAX,
  FieldReader,
  isAbsent,
  isJsonObject,
  NAME_CHARACTERS_MAX,
  type JsonObject,
  type Refusal,
} from './refusal';

export interface UsageEvent {
  readonly eventId: string;
  readonly eventType: string;
  /** Canonical instant text. */
  readonly occurredAt: string;
  /** As the client sent it. */
  readonly occurredAtText: string;
  readonly subject?: string | undefined;
  readonly description?: string | undefined;
  /** The hold that its fees are captured from. */
  readonly authorization?: NamedAuthorization | undefined;
  /** As the client sent it. */
  readonly data?: JsonObject | undefined;
  readonly costs: readonly UsageCost[];
  /** All of it but customer and vendors, in one text that is equal for equal events. */
  readonly content: string;
}

export type CheckedUsage =
  | { readonly ok: true; readonly event: UsageEvent }
  | { readonly ok: false; readonly refusal: Refusal };

/** What the check needs from outside, so that it reads no clock. */
export interface UsageRules {
  /** RFC 3339 to canonical instant text; undefined for anything else. */
  readonly readInstant: (text: string) => string | undefined;
  /** Canonical text of the latest `occurred_at` that is taken. */
  readonly latestInstant: string;
}

export const EVENT_BYTES_MAX = 128 * 1024;
export const DATA_BYTES_MAX = 64 * 1024;
export const COSTS_MAX = 100;
/** Clocks of clients are allowed to be this much ahead of ours. */
export const OCCURRED_AHEAD_MAX_MS = 5 * 60_000;

const EVENT_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'event_type',
  'occurred_at',
  'subject',
  'description',
  'data',
  'costs',
  'authorization_id',
  'authorization_final',
]);
const NAME = { charactersMax: NAME_CHARACTERS_MAX } as const;
const REQUIRED_NAME = { charactersMax: NAME_CHARACTERS_MAX, required: true } as const;
const DESCRIPTION = { charactersMax: DESCRIPTION_CHARACTERS_MAX, mayBeEmpty: true } as const;
const OCCURRED_AT = { charactersMax: 64, required: true } as const;

/** Checks one event. `pointer` is where it stands in what was sent. */
export function checkUsageEvent(input: unknown, pointer: string, rules: UsageRules): CheckedUsage {
  if (!isJsonObject(input)) {
    const refusal = { pointer, code: 'invalid_type', detail: 'An event is an object.' };
    return { ok: false, refusal };
  }
  const reader = new FieldReader(input, pointer);
  reader.onlyKnows(EVENT_FIELDS);
  const eventId = reader.uuid('id');
  const eventType = reader.text('event_type', REQUIRED_NAME) ?? '';
  const occurredAtText = reader.text('occurred_at', OCCURRED_AT) ?? '';
  const occurredAt = readOccurredAt(reader, occurredAtText, rules);
  const subject = reader.text('subject', NAME);
  const description = reader.text('description', DESCRIPTION);
  const authorization = readAuthorization(reader);
  const data = readData(reader);
  const costs = readCosts(reader, pointer);
  const said = JSON.stringify([
    ...[eventType, occurredAt, subject ?? null, description ?? null],
    // Only when it is there: events without one have the content that they always had.
    ...(authorization ? [authorization.authorizationId, authorization.final] : []),
  ]);
  const content = `${said}${data.text}${costs.map((cost) => cost.content).join(';')}`;
  if (exceedsEventBytes(input, content, costs.length))
    reader.refuse('', 'too_large', 'An event is at most 128 KiB.');
  if (reader.refusal) return { ok: false, refusal: reader.refusal };
  const times = { occurredAt, occurredAtText };
  const parts = { subject, description, authorization, data: data.object, costs, content };
  return { ok: true, event: { eventId, eventType, ...times, ...parts } };
}

function readOccurredAt(reader: FieldReader, text: string, rules: UsageRules): string {
  if (text === '') return '';
  const instant = rules.readInstant(text);
  if (instant === undefined)
    return reader.refuse('occurred_at', 'invalid_instant', INSTANT_EXPECTED) ?? '';
  if (instant > rules.latestInstant)
    reader.refuse('occurred_at', 'occurred_at_in_future', 'At most 5 minutes ahead of now.');
  return instant;
}

/** What an event and each of its costs hold beside `content` at most: names, vendor, figures. */
const BESIDE_CONTENT_BYTES = 4_000;

/** Writing an event as JSON again takes time, so it is done only where it can be too much. */
function exceedsEventBytes(input: JsonObject, content: string, costs: number): boolean {
  const atMost = content.length * 3 + (costs + 1) * BESIDE_CONTENT_BYTES;
  return atMost > EVENT_BYTES_MAX && exceedsBytes(JSON.stringify(input), EVENT_BYTES_MAX);
}

const INSTANT_EXPECTED = 'Expected an RFC 3339 instant like 2026-01-05T14:32:18Z.';

export interface NamedAuthorization {
  readonly authorizationId: string;
  /** What the hold has left goes back when this event's fees are captured. */
  readonly final: boolean;
}

/** The wallet says what it is worth: an unknown one does not lose the usage. */
function readAuthorization(reader: FieldReader): NamedAuthorization | undefined {
  const authorizationId = reader.text('authorization_id', NAME);
  const final = reader.value('authorization_final');
  if (!isAbsent(final) && typeof final !== 'boolean')
    reader.refuse('authorization_final', 'invalid_type', 'Expected true or false.');
  if (authorizationId !== undefined)
    return { authorizationId: authorizationId.toLowerCase(), final: final !== false };
  if (!isAbsent(final))
    reader.refuse('authorization_final', 'does_not_apply', 'It needs an `authorization_id`.');
  return undefined;
}

interface ReadData {
  readonly object?: JsonObject;
  readonly text: string;
}

const NO_DATA: ReadData = { text: '' };

function readData(reader: FieldReader): ReadData {
  const data = reader.value('data');
  if (isAbsent(data)) return NO_DATA;
  if (!isJsonObject(data)) {
    reader.refuse('data', 'invalid_type', 'Expected an object.');
    return NO_DATA;
  }
  const text = canonicalJson(data);
  if (exceedsBytes(text, DATA_BYTES_MAX))
    reader.refuse('data', 'too_large', '`data` is at most 64 KiB as JSON.');
  return { object: data, text };
}

const NO_COSTS: readonly UsageCost[] = [];

function readCosts(reader: FieldReader, pointer: string): readonly UsageCost[] {
  const sent = reader.value('costs');
  if (isAbsent(sent)) return NO_COSTS;
  if (!Array.isArray(sent)) {
    reader.refuse('costs', 'invalid_type', 'Expected an array.');
    return NO_COSTS;
  }
  if (sent.length > COSTS_MAX) {
    reader.refuse('costs', 'too_big', `An event has at most ${COSTS_MAX} costs.`);
    return NO_COSTS;
  }
  const costs: UsageCost[] = [];
  const seen = new Set<string>();
  for (const [index, item] of sent.entries()) {
    const at = `${pointer}/costs/${index}`;
    const checked = checkCost(item, at);
    if (!checked.ok) {
      reader.adopt(checked.refusal);
      return NO_COSTS;
    }
    if (seen.has(checked.cost.costId)) {
      reader.adopt({ pointer: `${at}/id`, code: 'cost_id_reused', detail: COST_ID_REUSED });
      return NO_COSTS;
    }
    seen.add(checked.cost.costId);
    costs.push(checked.cost);
  }
  return costs;
}

const COST_ID_REUSED = 'Each cost of an event has an id of its own.';
