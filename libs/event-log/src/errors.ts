/** What this library throws. Each says whether trying again can help. */
import type { SchemaViolation } from '@kontor/contracts';

/** Another instance moved the checkpoint first, or facts were parked meanwhile: read again. */
export class Fenced extends Error {
  readonly code = 'fenced';
  readonly retriable = true;
  constructor(consumer: string) {
    super(`another reader moved the checkpoint of ${consumer}`);
  }
}

/** A fact that is not as its schema says: a bug of whoever made it. Nothing was written. */
export class InvalidFact extends Error {
  readonly code = 'invalid_fact';
  readonly retriable = false;
  constructor(
    /** Position in the list that was given. */
    readonly index: number,
    type: string,
    readonly violation: SchemaViolation,
  ) {
    super(`fact ${index} (${type}) is invalid at "${violation.pointer}": ${violation.detail}`);
  }
}

/** A fact above the limit; over HTTP a 413. Nothing was written. */
export class FactTooLarge extends Error {
  readonly code = 'fact_too_large';
  readonly retriable = false;
  constructor(
    readonly index: number,
    readonly bytes: number,
    readonly bytesMax: number,
  ) {
    super(`fact ${index} has ${bytes} bytes, more than ${bytesMax}`);
  }
}

/** The database was made with another number of partitions; positions and shares rest on it. */
export class PartitionCountChanged extends Error {
  readonly code = 'partition_count_changed';
  readonly retriable = false;
  constructor(topic: string, found: number, expected: number) {
    super(
      `${topic} has ${found} partitions in the database and ${expected} in schemas/topics.yaml`,
    );
  }
}

/** Another command was stored under this id first: its answer is the one to give. */
export class CommandIdTaken extends Error {
  readonly code = 'command_id_taken';
  readonly retriable = true;
  constructor(readonly commandIds: readonly string[]) {
    super(`stored already: ${commandIds.join(', ')}`);
  }
}

/** Consumers read these topics at this moment: the installation runs. */
export class TopicsInUse extends Error {
  readonly code = 'topics_in_use';
  readonly retriable = false;
  constructor(groups: readonly string[]) {
    super(
      `these consumers run on Kafka: ${groups.join(', ')}. Stop every Kontor process first; one that ` +
        'was killed is missed after some seconds.',
    );
  }
}

/** SQLSTATEs that the functions of the migrations raise. */
export const FENCED_SQLSTATE = 'KF001';
export const TRIAL_SQLSTATE = 'KT001';

export const sqlStateOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** The brokers do not answer. Retriable: what needs no bus goes on meanwhile. */
export class BusUnreachable extends Error {
  readonly code = 'bus_unreachable';
  readonly retriable = true;

  constructor(cause: unknown) {
    super('the bus does not answer', { cause });
  }
}
