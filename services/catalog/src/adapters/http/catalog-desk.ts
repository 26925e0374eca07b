import { Injectable } from '@nestjs/common';
import type { RecordPosition } from '@kontor/event-log';
import type { IdempotencyRequest, RequestContext } from '@kontor/service-host';
import { CatalogCommands } from '../../app/catalog-commands';
import { RequestTooLarge } from '../../app/ports';
import { Refused } from '../../app/rejection';
import type { UseCase } from '../../app/use-case';
import { PARTITION, TOPIC } from '../postgres/postgres-catalog-store';
import { toProblem, tooLarge } from './problems.mapping';

export interface DeskRequest {
  readonly key?: IdempotencyRequest | undefined;
  /** Of the answer, kept with it. */
  readonly status: number;
  /** For its size only: what waits is bounded in bytes. */
  readonly body: unknown;
}

export interface DeskAnswer<Result> {
  readonly result: Result;
  readonly positions: readonly RecordPosition[];
}

/** What a request without a body is taken to weigh while it waits. */
const EMPTY: DeskRequest = { status: 200, body: '' };

/** Hands requests to the catalog's queue, and turns refusals into problems. */
@Injectable()
export class CatalogDesk {
  constructor(private readonly commands: CatalogCommands) {}

  async submit<Result>(
    { platform, mode }: RequestContext,
    useCase: UseCase<Result>,
    { key, status, body }: DeskRequest = EMPTY,
  ): Promise<DeskAnswer<Result>> {
    const { result, position } = await asProblem(
      this.commands.submit({
        tenant: { platform, mode },
        useCase,
        key: key && { ...key, status },
        bytes: Buffer.byteLength(JSON.stringify(body)),
      }),
    );
    const at = { topic: TOPIC, partition: PARTITION };
    return { result, positions: position === undefined ? [] : [{ ...at, position }] };
  }
}

/** What the catalog refused, as the problem that the client gets. */
export async function asProblem<Result>(answer: Promise<Result>): Promise<Result> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refused) throw toProblem(error.rejection, error.path);
    throw error instanceof RequestTooLarge ? tooLarge() : error;
  }
}
