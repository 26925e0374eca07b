import { Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { isUuid } from '@kontor/contracts';
import {
  ApiDoc,
  Ctx,
  IdempotencyKey,
  notFound,
  Problem,
  Reply,
  RequireScope,
  ZBody,
  zText,
  type IdempotencyRequest,
  type RequestContext,
} from '@kontor/service-host';
import { z } from 'zod';
import { ReverseEvent, type ReversedEvent } from '../../app/reverse-event';
import { commandOf } from './keys.requests';
import { answering } from './refusals';

const REASON_MAX = 1_000;
const zReason = zText(REASON_MAX)
  .refine((text) => text.length > 0, { error: 'Say why.', params: { code: 'too_small' } })
  .meta({ minLength: 1, maxLength: REASON_MAX });
const zReversal = z.strictObject({
  reason: zReason,
  costs: z.boolean().default(false).meta({ description: 'Takes the costs of the event back too.' }),
});
type ReversalBody = z.infer<typeof zReversal>;

const zReversed = z.object({
  id: z.string(),
  reason: z.string(),
  costs: z.boolean(),
  reversed_at: z.string(),
});

@Controller('events')
export class ReversalsController {
  constructor(@Inject(ReverseEvent) private readonly reversals: ReverseEvent) {}

  @Post(':id/reverse')
  @HttpCode(200)
  @RequireScope('write')
  @ApiDoc({
    summary: 'Reverse a usage event',
    description:
      'Takes its fees back: the money returns to the lots that it came from, also by way of an' +
      ' authorization; what was debt is owed no more, and what was repaid meanwhile returns to the' +
      ' lots that repaid it. An event is reversed once: asked again the answer is the same, except' +
      ' that costs may follow. Its id stays used.',
    tag: 'ingestion-gateway',
    body: zReversal,
    bodyExample: { reason: 'sent by mistake' },
    responses: {
      200: {
        schema: zReversed,
        example: {
          id: '9c2c8e3a-7f6b-4f5e-9c1f-2e6b6a4a9f21',
          reason: 'sent by mistake',
          costs: false,
          reversed_at: '2026-01-06T09:12:44.105030Z',
        },
      },
    },
    errors: ['not_found', 'not_ready', 'idempotency_key_reused'],
  })
  async reverse(
    @Ctx() context: RequestContext,
    @Param('id') id: string,
    @ZBody(zReversal) request: ReversalBody,
    @IdempotencyKey() key: IdempotencyRequest | undefined,
  ): Promise<Reply> {
    if (!isUuid(id)) throw notFound('event');
    const { platform, mode } = context;
    const command = commandOf(context, key);
    const asked = { request, command };
    const answer = await answering(
      this.reversals.reverse({ platform, mode }, id.toLowerCase(), asked),
    );
    if (answer.kind === 'unknown') throw notFound('event');
    if (answer.kind === 'unseen')
      throw new Problem(503, 'not_ready', 'The event was just accepted; try again.', {
        retryAfterSeconds: 1,
      });
    return new Reply(reversedToDto(answer.event), { positions: [answer.event.position] });
  }
}

const reversedToDto = ({ eventId, reason, costs, reversedAt }: ReversedEvent) => ({
  id: eventId,
  reason,
  costs,
  reversed_at: reversedAt,
});
