/**
 * What came of a submission, as an answer: 202 with one line per item, 200 with whole events, or a
 * problem when nothing was accepted.
 */
import { Problem, Reply, type FieldError } from '@kontor/service-host';
import type { ItemAnswer, UsageAnswer } from '../../app/accept-usage';
import type { Refusal } from '../../domain/refusal';

const ACCEPTED = 202;
const OK = 200;
/** More entries than this help nobody; the list of items is complete. */
const ERRORS_MAX = 100;

/** A body that could not be read as a whole. */
export const wholeRefused = (refusals: readonly Refusal[]): Problem => {
  const [first] = refusals;
  return new Problem(422, 'invalid_request', first ? sentenceOf(first) : '', { errors: refusals });
};

/** All items are of a customer who is not there, or not one. */
export const customerRefused = (refusal: Refusal): Problem =>
  new Problem(422, refusal.code, refusal.detail, { errors: [refusal] });

type Answered = Extract<UsageAnswer, { ok: true }>;

/**
 * Errors: Problem 409 `event_id_reused` when all items are that, 422 `invalid_request` when all are
 *         rejected, both with the whole list.
 */
export function usageReply(answer: Answered): Reply {
  const body = usageBody(answer.items);
  if (body.accepted + body.duplicates > 0)
    return new Reply(body, { status: ACCEPTED, positions: answer.positions, plain: true });
  const errors = answer.items.flatMap(({ refusal }) => refusal ?? []);
  const isReused = errors.every(({ code }) => code === 'event_id_reused');
  const detail = errors[0] ? sentenceOf(errors[0]) : 'No event was accepted.';
  const options = { errors: errors.slice(0, ERRORS_MAX), extensions: { ...body } };
  throw isReused
    ? new Problem(409, 'event_id_reused', detail, options)
    : new Problem(422, 'invalid_request', detail, options);
}

export interface WholeEvents {
  /** JSON texts, in the order of `acceptedIds`. */
  readonly texts: readonly string[];
  readonly waitSeconds: number;
}

/** 200: each event in full where it was accepted, now or before. */
export function wholeEventsReply(answer: Answered, { texts, waitSeconds }: WholeEvents): Reply {
  const textOf = new Map(acceptedIds(answer.items).map((id, index) => [id, texts[index]]));
  const { events: items, ...counts } = usageBody(answer.items);
  const lines = items.map(
    (item) => (item.status !== 'rejected' && textOf.get(item.id ?? '')) || JSON.stringify(item),
  );
  const head = JSON.stringify(counts).slice(0, -1);
  return new Reply(Buffer.from(`${head},"events":[${lines.join(',')}]}`), {
    status: OK,
    positions: answer.positions,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'preference-applied': `wait=${waitSeconds}`,
    },
  });
}

/** The ids that are known now, each once. */
export const acceptedIds = (items: readonly ItemAnswer[]): string[] => [
  ...new Set(items.flatMap(({ id, status }) => (status !== 'rejected' && id ? [id] : []))),
];

function usageBody(items: readonly ItemAnswer[]) {
  const count = (status: ItemAnswer['status']): number =>
    items.filter((item) => item.status === status).length;
  return {
    accepted: count('accepted'),
    duplicates: count('duplicate'),
    rejected: count('rejected'),
    events: items.map(({ id, status, refusal }) => ({ id, status, ...refusal })),
  };
}

const sentenceOf = ({ pointer, detail }: FieldError): string =>
  pointer === '' ? detail : `${pointer}: ${detail}`;
