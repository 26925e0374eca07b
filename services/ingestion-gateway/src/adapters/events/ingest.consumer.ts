import { Controller, Inject } from '@nestjs/common';
import { Consumes, type BatchOutcome, type InboundBatch } from '@kontor/event-log';
import { QueueStopped } from '@kontor/event-sourcing';
import { DependencyDown, parseJsonBody, Problem } from '@kontor/service-host';
import { IngestRecords, type ReadJson } from '../../app/ingest-records';
import type { Refusal } from '../../domain/refusal';

export const INGEST_CONSUMER = 'ingestion-gateway.ingest';

@Controller()
export class IngestConsumer {
  constructor(@Inject(IngestRecords) private readonly ingest: IngestRecords) {}

  @Consumes(INGEST_CONSUMER, 'usage.ingest.v1')
  async records(batch: InboundBatch): Promise<BatchOutcome> {
    try {
      await this.ingest.apply(batch);
      return { kind: 'applied' };
    } catch (error) {
      if (error instanceof DependencyDown || error instanceof QueueStopped)
        return { kind: 'retry', reason: error.message };
      throw error;
    }
  }
}

/** The same reading as that of a request's body. */
export const readInboundJson: ReadJson = (bytes) => {
  try {
    const { value, flaws } = parseJsonBody(bytes);
    return { ok: true, value, flaws };
  } catch (error) {
    if (error instanceof Problem) return { ok: false, refusal: refusalOf(error) };
    throw error;
  }
};

function refusalOf({ code, detail, options }: Problem): Refusal {
  const [first] = options.errors ?? [];
  return first ?? { pointer: '', code, detail };
}
