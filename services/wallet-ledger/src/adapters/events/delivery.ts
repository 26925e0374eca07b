import {
  type BatchOutcome,
  Fenced,
  type FactBatch,
  partitionOf,
  partitionsOf,
} from '@kontor/event-log';
import { QueueFull, QueueStopped } from '@kontor/event-sourcing';
import type { FactHeader } from '@kontor/contracts';
import type { Ledger } from '../../app/ledger';
import type { Delivery } from '../../app/ledger-entry';
import type { WalletKey } from '../../app/ports';
import { walletKey } from '../../app/wallet-key';
import { TOPIC } from '../postgres/ledger-statement';

/** Rough size of a command in the queue, for its bound. */
const COMMAND_BYTES = 1_000;
/** The queue is full of work already: the same batch is offered again after this. */
const RETRY_MS = 100;

/** The wallet of a customer; its partition is the customer's in the ledger's own topic. */
export const walletOf = (
  tenant: Pick<FactHeader, 'platform' | 'mode'>,
  customerId: string,
): WalletKey => walletKey(tenant, customerId, partitionOf(customerId, partitionsOf(TOPIC)));

/**
 * Gives a consumer's batch to the ledger and says what became of it.
 *
 * Errors: Fenced (the batch is read again) and infrastructure errors (it comes again).
 */
export async function deliver(
  ledger: Ledger,
  batch: Pick<FactBatch, 'consumer' | 'settlement'>,
  delivery: Pick<Delivery, 'commands' | 'productVersions' | 'appliedUsage'>,
): Promise<BatchOutcome> {
  const entry: Delivery = { kind: 'delivery', settlement: batch.settlement, ...delivery };
  try {
    const answer = await ledger.deliver(entry, COMMAND_BYTES * (delivery.commands.length + 1));
    if (answer.kind === 'fenced') throw new Fenced(batch.consumer);
    return answer;
  } catch (error) {
    if (error instanceof QueueFull) return { kind: 'retry', reason: error.code, afterMs: RETRY_MS };
    if (error instanceof QueueStopped) return { kind: 'retry', reason: error.code };
    throw error;
  }
}
