import type { Queryable } from '@kontor/postgres';
import type { RecordPosition } from '../ports';

/** A consumer's place in one partition. */
export interface ConsumerPosition extends RecordPosition {
  readonly consumer: string;
}

export const placeName = (at: Omit<ConsumerPosition, 'position'>): string =>
  `${at.consumer} ${at.topic} ${at.partition}`;

/**
 * How far the served view is: a replay never goes beyond it. So whenever the served view stands
 * still, both come to hold exactly the same facts, to be compared or swapped.
 */
export class LiveBound {
  private positions = new Map<string, number>();

  /** `session` reads the served view's rows; `viewSchema` is where they are. */
  constructor(
    private readonly session: Queryable,
    private readonly viewSchema: string,
  ) {}

  /** While frozen, what the served view applies since then is left out. */
  frozen = false;

  async refresh(): Promise<void> {
    if (this.frozen) return;
    const found = await readPositions(this.session, this.viewSchema);
    if (!this.frozen) this.positions = positionsByPlace(found);
  }

  freezeAt(positions: readonly ConsumerPosition[]): void {
    this.frozen = true;
    this.positions = positionsByPlace(positions);
  }

  thaw(): void {
    this.frozen = false;
  }

  of(place: Omit<ConsumerPosition, 'position'>): number {
    return this.positions.get(placeName(place)) ?? 0;
  }
}

const positionsByPlace = (positions: readonly ConsumerPosition[]): Map<string, number> =>
  new Map(positions.map((at) => [placeName(at), at.position]));

/** The checkpoints of a view, wherever it is. */
export async function readPositions(
  session: Queryable,
  viewSchema: string,
): Promise<ConsumerPosition[]> {
  const rows = await session.query<ConsumerPosition & { position: string }>(
    `SELECT consumer, topic, partition, position FROM ${viewSchema}.view_checkpoint`,
  );
  return rows.map((row) => ({ ...row, position: Number(row.position) }));
}
