/**
 * What a consumer does with the records it was handed, as values: which facts it applies, which it
 * parks, how its checkpoints move. No I/O.
 */
import { newUuid } from '@kontor/contracts';
import type { PartitionState } from '../checkpoints';
import type { DeliveredFact, LogRecord, PoisonFact, RecordSlice } from '../ports';
import type { CheckpointMove, Park, SettlementPlan } from '../settlement';

export interface Delivery {
  readonly facts: readonly DeliveredFact[];
  readonly parks: readonly Park[];
  readonly moves: readonly Omit<CheckpointMove, 'parks'>[];
}

export type Planned =
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  /** All of it was applied before. */
  | { readonly kind: 'nothing' }
  /** What is known of the partition does not fit the records: it must be read again. */
  | { readonly kind: 'gap'; readonly detail: string }
  | { readonly kind: 'stop'; readonly reason: string };

/** A partition as the runner knows it, changed by what it commits. */
export interface KnownPartition {
  position: number;
  parking: number;
  incarnation: string | null;
  /** Keys with parked facts -> the letter that the next one waits behind. */
  readonly parked: Map<string, string>;
  readonly discarded: ReadonlySet<string>;
}

export const knownPartition = (state: PartitionState): KnownPartition => ({
  position: state.position,
  parking: state.parking,
  incarnation: state.incarnation,
  parked: new Map(state.parked.map((parked) => [keyName(parked), parked.letterId])),
  discarded: new Set(state.discarded),
});

/** Order is promised within a key of a tenant, so that is what waits together. */
export const keyName = (fact: { platform: string; mode: string; key: string }): string =>
  `${fact.platform} ${fact.mode} ${fact.key}`;

/** Leaves out what was applied or given up, and puts facts of parked keys behind those parked. */
export function planDelivery(
  slices: readonly RecordSlice[],
  known: ReadonlyMap<number, KnownPartition>,
): Planned {
  const sorted: SortedFacts = { facts: [], parks: [] };
  const moves: Omit<CheckpointMove, 'parks'>[] = [];
  for (const slice of slices) {
    const partition = known.get(slice.partition);
    if (!partition) return { kind: 'gap', detail: `partition ${slice.partition} is not known` };
    const reached = takeRecords(slice.records, partition, sorted);
    if ('kind' in reached) return reached;
    const { position, incarnation } = reached;
    if (incarnation === null || position === partition.position) continue;
    moves.push({
      partition: slice.partition,
      from: partition.position,
      to: position,
      incarnation,
      before: partition.incarnation,
      parking: partition.parking,
    });
  }
  return moves.length > 0
    ? { kind: 'delivery', delivery: { ...sorted, moves } }
    : { kind: 'nothing' };
}

interface SortedFacts {
  readonly facts: DeliveredFact[];
  readonly parks: Park[];
}

/** Sorts the facts of the new records; answers how far they go, or why they cannot be taken. */
function takeRecords(
  records: readonly LogRecord[],
  partition: KnownPartition,
  into: SortedFacts,
): { position: number; incarnation: string | null } | Extract<Planned, { kind: 'gap' | 'stop' }> {
  let { position, incarnation } = partition;
  for (const record of records) {
    if (incarnation !== null && record.incarnation !== incarnation)
      return { kind: 'stop', reason: otherIncarnation(record, incarnation) };
    incarnation = record.incarnation;
    if (record.position <= position) continue;
    if (record.position !== position + 1) return { kind: 'gap', detail: gap(record, position) };
    position = record.position;
    sortFacts(record, partition, into);
  }
  return { position, incarnation };
}

/** Records that are in order per partition, as one slice for each partition. */
export function slicesOf(records: readonly LogRecord[]): RecordSlice[] {
  const slices = new Map<number, LogRecord[]>();
  for (const record of records)
    slices.set(record.partition, [...(slices.get(record.partition) ?? []), record]);
  return [...slices].map(([partition, all]) => ({
    topic: all[0]?.topic ?? '',
    partition,
    records: all,
  }));
}

/** The delivery without these facts and the later ones of their keys, which are parked instead. */
export function parkPoison(delivery: Delivery, poisons: readonly PoisonFact[]): Delivery {
  const reasons = new Map(poisons.map(({ index, reason }) => [index, reason]));
  const heads = new Map<string, string>();
  const parks = [...delivery.parks];
  const facts = delivery.facts.filter((delivered, index) => {
    const key = keyName(delivered.fact);
    const head = heads.get(key);
    const reason = head === undefined ? reasons.get(index) : behind(head);
    if (reason === undefined) return true;
    const park = parkOf(delivered, reason);
    if (head === undefined) heads.set(key, park.id);
    parks.push(park);
    return false;
  });
  return { facts, parks, moves: delivery.moves };
}

export function settlementPlan(
  consumer: string,
  topic: string,
  { parks, moves }: Delivery,
): SettlementPlan {
  const parked = new Set(parks.map(({ partition }) => partition));
  return {
    consumer,
    topic,
    moves: moves.map((move) => ({ ...move, parks: parked.has(move.partition) })),
    ...(parks.length > 0 && { parks }),
  };
}

/** Makes what is known equal to what was just committed. */
export function commitTo(known: ReadonlyMap<number, KnownPartition>, delivery: Delivery): void {
  for (const move of delivery.moves) {
    const partition = known.get(move.partition);
    if (!partition) continue;
    partition.position = move.to;
    partition.incarnation = move.incarnation;
    const parks = delivery.parks.filter((park) => park.partition === move.partition);
    if (parks.length > 0) partition.parking += 1;
    for (const park of parks) {
      const key = keyName(park);
      if (!partition.parked.has(key)) partition.parked.set(key, park.id);
    }
  }
}

function sortFacts(record: LogRecord, partition: KnownPartition, into: SortedFacts): void {
  const { topic, position, cause } = record;
  record.facts.forEach((fact, index) => {
    if (partition.discarded.size > 0 && partition.discarded.has(`${position}/${index}`)) return;
    const delivered: DeliveredFact = {
      topic,
      partition: record.partition,
      position,
      index,
      fact,
      ...(cause && { cause }),
    };
    const head = partition.parked.size > 0 ? partition.parked.get(keyName(fact)) : undefined;
    if (head === undefined) into.facts.push(delivered);
    else into.parks.push(parkOf(delivered, behind(head)));
  });
}

function parkOf(delivered: DeliveredFact, reason: string): Park {
  const { partition, position, index, fact, cause } = delivered;
  return {
    id: newUuid(),
    partition,
    position,
    index,
    platform: fact.platform,
    mode: fact.mode,
    key: fact.key,
    reason,
    fact: JSON.stringify(fact),
    cause_topic: cause?.topic ?? null,
    cause_partition: cause?.partition ?? null,
    cause_position: cause?.position ?? null,
  };
}

const behind = (letterId: string): string => `behind ${letterId}`;

const gap = (record: LogRecord, position: number): string =>
  `after position ${position} of ${record.topic}/${record.partition} came ${record.position}`;

const otherIncarnation = (record: LogRecord, expected: string): string =>
  `${record.topic}/${record.partition} is of another log: incarnation ${record.incarnation}, ` +
  `not ${expected}`;

/** The trace contexts of records, each once. */
export const tracesOf = (slices: readonly RecordSlice[]): string[] => [
  ...new Set(
    slices.flatMap(({ records }) => records.flatMap(({ trace }) => (trace ? [trace] : []))),
  ),
];
