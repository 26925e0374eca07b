import { Controller, Headers, Inject, Post } from '@nestjs/common';
import { addMilliseconds, type Clock } from '@kontor/contracts';
import {
  ApiDoc,
  BodyFlaws,
  Ctx,
  HotRoute,
  JsonBody,
  KeepsFlaws,
  RequireScope,
  type FieldError,
  type Reply,
  type RequestContext,
} from '@kontor/service-host';
import type { AcceptUsage, ItemAnswer } from '../../app/accept-usage';
import type { ProcessedEvents } from '../../app/ports';
import { readInstant } from '../../app/usage-instant';
import {
  readBatched,
  readStructured,
  readUsageBody,
  withFlaws,
  type ReadSubmission,
} from '../../domain/submission';
import { OCCURRED_AHEAD_MAX_MS, type UsageRules } from '../../domain/usage';
import { POST_EVENTS } from './events.documentation';
import { waitSecondsOf } from './prefer';
import {
  acceptedIds,
  customerRefused,
  usageReply,
  wholeEventsReply,
  wholeRefused,
} from './usage-answers';

type UsageHeaders = Readonly<Record<string, string | undefined>>;

export interface EventsParts {
  readonly acceptance: AcceptUsage;
  readonly processed: ProcessedEvents;
  readonly clock: Clock;
  /** Told what was answered, for the metrics. */
  readonly metrics: { answered(items: readonly ItemAnswer[]): void };
}

export const EVENTS_PARTS = Symbol('EventsParts');

@Controller()
export class EventsController {
  constructor(@Inject(EVENTS_PARTS) private readonly parts: EventsParts) {}

  @Post('events')
  @HotRoute()
  @RequireScope('ingest')
  @KeepsFlaws()
  @ApiDoc(POST_EVENTS)
  async send(
    @Ctx() context: RequestContext,
    @JsonBody() body: unknown,
    @BodyFlaws() flaws: readonly FieldError[],
    @Headers() headers: UsageHeaders,
  ): Promise<Reply> {
    const read = withFlaws(readAs(headers['content-type'], body, rulesAt(this.parts.clock)), flaws);
    if (!read.ok) throw wholeRefused(read.refusals);
    const { platform, mode } = context;
    const answer = await this.parts.acceptance.accept({ platform, mode }, read.submission);
    if (!answer.ok) throw customerRefused(answer.refusal);
    this.parts.metrics.answered(answer.items);
    const reply = usageReply(answer);
    const waitSeconds = waitSecondsOf(headers['prefer']);
    if (waitSeconds === 0) return reply;
    const numbers = headers['kontor-numbers'] === 'string' ? 'string' : 'number';
    const options = { waitMs: waitSeconds * 1_000, numbers } as const;
    const texts = await this.parts.processed.get(context, acceptedIds(answer.items), options);
    return texts ? wholeEventsReply(answer, { texts, waitSeconds }) : reply;
  }
}

/** The limits of this moment. */
export const rulesAt = (clock: Clock): UsageRules => ({
  readInstant,
  latestInstant: addMilliseconds(clock.now(), OCCURRED_AHEAD_MAX_MS),
});

function readAs(contentType: string | undefined, body: unknown, rules: UsageRules): ReadSubmission {
  if (contentType?.startsWith('application/cloudevents-batch')) return readBatched(body, rules);
  if (contentType?.startsWith('application/cloudevents')) return readStructured(body, rules);
  return readUsageBody(body, rules);
}
