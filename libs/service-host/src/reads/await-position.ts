/**
 * The operation `<service>.await-position`: waits until the service's deciding consumers have
 * applied a position, then says how far its own log is.
 */
import { CONSUMERS } from '@kontor/contracts';
import { topicsOwnedBy } from '@kontor/event-log';
import type { OperationRequest, OperationResponse, ServiceRuntime } from '../runtime';

export const AWAIT_POSITION = {
  catalog: 'catalog.await-position',
  'cost-attribution': 'cost-attribution.await-position',
  'ingestion-gateway': 'ingestion-gateway.await-position',
  rating: 'rating.await-position',
  'wallet-ledger': 'wallet-ledger.await-position',
} as const;

export type Following = (typeof AWAIT_POSITION)[keyof typeof AWAIT_POSITION];

/** Undefined for a service that publishes nothing. */
export const awaitPositionOf = (service: string): Following | undefined =>
  Object.entries(AWAIT_POSITION).find(([name]) => name === service)?.[1];

export async function awaitPosition(
  { service, checkpoints, log }: ServiceRuntime,
  { topic, partition, position, waitMs }: OperationRequest<Following>,
): Promise<OperationResponse<Following>> {
  const deciding = CONSUMERS.filter(
    (consumer) =>
      consumer.service === service &&
      consumer.kind === 'deciding' &&
      consumer.topics.includes(topic),
  );
  const reached = await Promise.all(
    deciding.map(({ name }) => checkpoints.waitFor(name, { topic, partition, position }, waitMs)),
  );
  if (reached.includes(false)) return { reached: false, heads: [] };
  // Read after the checkpoints: what followed from the position was committed with them.
  const topics = topicsOwnedBy(service).filter(({ raw }) => !raw);
  const heads = await Promise.all(topics.map(({ name }) => log.heads(name)));
  return { reached: true, heads: heads.flat() };
}
