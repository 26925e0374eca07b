/**
 * An answer with more than a body: a status, headers, the positions of what was written.
 *
 * The HTTP adapter turns it into a response in one place; no interceptor sits on a route.
 */
import type { RecordPosition } from '@kontor/event-log';

export interface ReplyOptions {
  /** Default: what `@ApiDoc` documents as the success of this route. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the change landed in the log; becomes the `Kontor-Position` header. */
  readonly positions?: readonly RecordPosition[];
  /**
   * The body holds no Decimal and no number that JSON would print with an exponent: it may be
   * written by JSON.stringify, which is several times faster. For hot routes.
   */
  readonly plain?: boolean;
}

export class Reply<Body = unknown> {
  constructor(
    readonly body: Body,
    readonly options: ReplyOptions = {},
  ) {}
}

export const created = <Body>(body: Body, positions?: readonly RecordPosition[]): Reply<Body> =>
  new Reply(body, { status: 201, ...(positions && { positions }) });

export const noContent = (positions?: readonly RecordPosition[]): Reply<undefined> =>
  new Reply(undefined, { status: 204, ...(positions && { positions }) });

/**
 * The token of `Kontor-Position`: `topic:partition:position,...`, the highest position of each
 * partition, in (topic, partition) order.
 */
export function positionToken(positions: readonly RecordPosition[]): string {
  const highest = new Map<string, RecordPosition>();
  for (const at of positions) {
    const key = `${at.topic}:${at.partition}`;
    const known = highest.get(key);
    if (!known || known.position < at.position) highest.set(key, at);
  }
  return [...highest.values()]
    .sort((a, b) => compareText(a.topic, b.topic) || a.partition - b.partition)
    .map((at) => `${at.topic}:${at.partition}:${at.position}`)
    .join(',');
}

const compareText = (a: string, b: string): number => Number(a > b) - Number(a < b);
