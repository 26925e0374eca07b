/**
 * Reversals: the row that answers again, and the fact, in one transaction under the head of the
 * customer's partition. So a reversal stands behind its usage, and two of one event never meet.
 */
import type { Clock, Tenant, UsageReversed } from '@kontor/contracts';
import { buildRecords, type LocalLog, partitionOf, partitionsOf } from '@kontor/event-log';
import type { Database, Transaction } from '@kontor/postgres';
import type { Command } from '../../app/key-ports';
import type {
  AcceptedEvent,
  AcceptedIds,
  ReversalStore,
  ReversedEvent,
} from '../../app/reverse-event';
import { partsToReverse, type ReversalRequest, type ReversedParts } from '../../domain/reversal';
import { keyOf, recall } from './accepted-events';
import { answerOnce, storedAnswer } from './answer-once';

const TOPIC = 'usage.recorded.v1';

export interface ReversalStoreParts {
  readonly database: Database;
  readonly log: LocalLog;
  readonly clock: Clock;
}

export class PostgresAcceptedIds implements AcceptedIds {
  constructor(private readonly database: Database) {}

  async has(tenant: Tenant, eventId: string): Promise<boolean> {
    return (await recall(this.database, [keyOf(tenant, eventId)])).size > 0;
  }
}

export class PostgresReversalStore implements ReversalStore {
  constructor(private readonly parts: ReversalStoreParts) {}

  answered(command: Command): Promise<ReversedEvent | undefined> {
    return storedAnswer<ReversedEvent>(this.parts.database, command);
  }

  async reverse(
    tenant: Tenant,
    event: AcceptedEvent,
    {
      request,
      command,
    }: { readonly request: ReversalRequest; readonly command: Command | undefined },
  ): Promise<ReversedEvent> {
    const reversed = await answerOnce(this.parts.database, {
      command,
      work: (tx) => this.write(tx, { tenant, event, request }),
      kept: (answer) => answer,
    });
    this.parts.log.committed([reversed.position]);
    return reversed;
  }

  private async write(tx: Transaction, asked: Asked): Promise<ReversedEvent> {
    const { log, clock } = this.parts;
    const { tenant, event, request } = asked;
    const partition = partitionOf(event.customerId, partitionsOf(TOPIC));
    await log.lockHeads(tx, [{ topic: TOPIC, partition }]);
    const before = await find(tx, tenant, event.eventId);
    const parts = partsToReverse(before, request);
    if (before && !parts) return before;
    const recordedAt = clock.now();
    const fact = reversedFact(asked, parts ?? NOTHING, recordedAt);
    const [position] = await log.append(tx, buildRecords(TOPIC, [fact]));
    if (!position) throw new Error('a reversal has no position');
    const reversed: ReversedEvent = {
      eventId: event.eventId,
      reason: before?.reason ?? request.reason,
      costs: request.costs,
      reversedAt: before?.reversedAt ?? recordedAt,
      position: { topic: TOPIC, partition: position.partition, position: position.position },
    };
    await keep(tx, tenant, reversed);
    return reversed;
  }
}

interface Asked {
  readonly tenant: Tenant;
  readonly event: AcceptedEvent;
  readonly request: ReversalRequest;
}

const NOTHING: ReversedParts = { fees: false, costs: false };

const reversedFact = (
  { tenant, event, request }: Asked,
  parts: ReversedParts,
  recordedAt: string,
): UsageReversed => ({
  type: 'usage.reversed',
  platform: tenant.platform,
  mode: tenant.mode,
  key: event.customerId,
  eventId: event.eventId,
  eventType: event.eventType,
  reason: request.reason,
  fees: parts.fees,
  costs: parts.costs,
  recordedAt,
});

interface ReversalRow {
  readonly reason: string;
  readonly costs: boolean;
  readonly reversedAt: string;
  readonly partition: number;
  readonly position: string;
}

async function find(
  tx: Transaction,
  { platform, mode }: Tenant,
  eventId: string,
): Promise<ReversedEvent | undefined> {
  const [row] = await tx.query<ReversalRow>(
    `SELECT reason, costs, reversed_at AS "reversedAt", partition, position FROM reversed_event
     WHERE platform = $1 AND mode = $2 AND event_id = $3`,
    [platform, mode, eventId],
  );
  if (!row) return undefined;
  const { reason, costs, reversedAt, partition, position } = row;
  return {
    ...{ eventId, reason, costs, reversedAt },
    position: { topic: TOPIC, partition, position: Number(position) },
  };
}

async function keep(
  tx: Transaction,
  { platform, mode }: Tenant,
  { eventId, reason, costs, reversedAt, position }: ReversedEvent,
): Promise<void> {
  await tx.query(
    `INSERT INTO reversed_event (platform, mode, event_id, reason, costs, reversed_at,
                                 partition, position)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (platform, mode, event_id) DO UPDATE
       SET costs = excluded.costs, partition = excluded.partition, position = excluded.position`,
    [platform, mode, eventId, reason, costs, reversedAt, position.partition, position.position],
  );
}
