/**
 * Many commands in one transaction: the locks of the log, checkpoints of inbound batches, ids,
 * facts, commit. The order is the same for every instance, so none wait in a circle.
 */
import type { Clock, UsageRecorded } from '@kontor/contracts';
import type { Outcome } from '@kontor/event-sourcing';
import {
  buildRecords,
  Fenced,
  partitionOf,
  partitionsOf,
  type Checkpoints,
  type LocalLog,
  type RecordDraft,
  type RecordPosition,
  type TopicPartition,
} from '@kontor/event-log';
import type { Database, Transaction } from '@kontor/postgres';
import type {
  AcceptanceAnswer,
  AcceptanceCommand,
  AcceptanceStore,
  AdmittedUsage,
} from '../../app/ports';
import {
  contentOf,
  firstOfEach,
  judge,
  type Candidate,
  type Verdict,
} from '../../domain/acceptance';
import { usageRecorded, usageRefused } from '../events/usage-facts.mapping';
import { hashOf, keyOf, remember } from './accepted-events';

const USAGE_TOPIC = 'usage.recorded.v1';
const REFUSED_TOPIC = 'usage.ingest.v1.dlq';

export interface AcceptanceStoreParts {
  readonly database: Database;
  readonly log: LocalLog;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
}

/** A command with what came of it. */
interface Judged {
  readonly command: AcceptanceCommand;
  candidates: readonly Candidate[];
  isFenced: boolean;
  verdicts: readonly Verdict[];
  /** The facts of its accepted usages. */
  facts: readonly UsageRecorded[];
}

export class PostgresAcceptanceStore implements AcceptanceStore {
  constructor(private readonly parts: AcceptanceStoreParts) {}

  async commit(batch: readonly AcceptanceCommand[]): Promise<readonly Outcome<AcceptanceAnswer>[]> {
    const judged = batch.map(prepare);
    const { drafts, positions } = await this.parts.database.transaction(async (tx) => {
      const built = await this.write(tx, judged);
      return { drafts: built, positions: await this.parts.log.append(tx, built) };
    });
    this.parts.log.committed(positions);
    const landed = landedOf(drafts, positions);
    const needHeads = judged.some((one) => one.verdicts.length > 0 && one.facts.length === 0);
    const heads = needHeads ? await this.parts.log.heads(USAGE_TOPIC) : [];
    return judged.map((one) => answerOf(one, landed, heads));
  }

  /** While PostgreSQL works on a statement, this side prepares what comes after it. */
  private async write(tx: Transaction, judged: readonly Judged[]): Promise<RecordDraft[]> {
    const { log, clock } = this.parts;
    const locking = log.lockHeads(tx, judged.flatMap(partitionsFor));
    for (const one of judged) one.candidates = one.command.usages.map(candidateOf);
    await locking;
    await this.settle(tx, judged);
    // Under the locks, so that within a partition recordedAt does not run backwards.
    const recordedAt = clock.now();
    const live = judged.filter(({ isFenced }) => !isFenced);
    const candidates = live.flatMap((one) => one.candidates);
    const remembering = remember(tx, firstOfEach(candidates));
    // Nearly always every id is new: the records for that case are ready when the answer comes.
    const hopeful = unlessItThrows(() => conclude(live, judge(candidates, NOTHING), recordedAt));
    const remembered = await remembering;
    if (hopeful && remembered.size === 0) return hopeful;
    return conclude(live, judge(candidates, remembered), recordedAt);
  }

  /** A batch that another reader has applied is dropped; the others of the transaction go on. */
  private async settle(tx: Transaction, judged: readonly Judged[]): Promise<void> {
    const inbound = judged.filter(({ command }) => command.inbound);
    if (inbound.length === 0) return;
    const settlements = inbound.flatMap(({ command }) => command.inbound?.settlement ?? []);
    const settled = await this.parts.checkpoints.trySettle(tx, settlements);
    inbound.forEach((one, index) => {
      one.isFenced = !settled[index];
    });
  }
}

const prepare = (command: AcceptanceCommand): Judged => ({
  command,
  candidates: [],
  isFenced: false,
  verdicts: [],
  facts: [],
});

const candidateOf = ({ tenant, customerId, vendorIds, event }: AdmittedUsage): Candidate => ({
  key: keyOf(tenant, event.eventId),
  contentHash: hashOf(contentOf(customerId, vendorIds, event)),
});

const NOTHING: ReadonlyMap<string, string> = new Map();

/** Gives each command its verdicts and facts; answers the records that they make. */
function conclude(
  live: readonly Judged[],
  verdicts: readonly Verdict[],
  recordedAt: string,
): RecordDraft[] {
  let next = 0;
  for (const one of live) {
    one.verdicts = verdicts.slice(next, next + one.candidates.length);
    next += one.candidates.length;
    one.facts = one.command.usages
      .filter((_usage, index) => one.verdicts[index] === 'accepted')
      .map((usage) => usageRecorded(usage, recordedAt));
  }
  return [
    ...buildRecords(
      USAGE_TOPIC,
      live.flatMap((one) => one.facts),
    ),
    ...live.flatMap(refusedRecordsOf),
  ];
}

/** What it throws is thrown again by the attempt that counts, when no statement is under way. */
function unlessItThrows<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

const usagePartition = (usage: AdmittedUsage): number =>
  partitionOf(usage.customerId, partitionsOf(USAGE_TOPIC));

/** Every partition that the command may write to; also of usage that turns out to be known. */
function partitionsFor({ command }: Judged): TopicPartition[] {
  const partitions = new Set<number>();
  let last: AdmittedUsage | undefined;
  for (const usage of command.usages) {
    if (usage.customerId !== last?.customerId) partitions.add(usagePartition(usage));
    last = usage;
  }
  const wanted = [...partitions].map((partition) => ({ topic: USAGE_TOPIC, partition }));
  const { inbound } = command;
  if (!inbound) return wanted;
  const sources = new Set(inbound.partitions.map(refusedPartition));
  return [...wanted, ...[...sources].map((partition) => ({ topic: REFUSED_TOPIC, partition }))];
}

const refusedPartition = (source: number): number => source % partitionsOf(REFUSED_TOPIC);

function refusedRecordsOf({ command, verdicts }: Judged): RecordDraft[] {
  const { inbound } = command;
  if (!inbound) return [];
  const reused = verdicts.flatMap((verdict, index) =>
    verdict === 'event_id_reused' ? [inbound.reused(index)] : [],
  );
  return [...inbound.refused, ...reused].map((item) => ({
    topic: REFUSED_TOPIC,
    partition: refusedPartition(item.source.partition),
    facts: [usageRefused(item)],
  }));
}

/** Where each fact of usage landed. */
function landedOf(
  drafts: readonly RecordDraft[],
  positions: readonly RecordPosition[],
): ReadonlyMap<object, RecordPosition> {
  const landed = new Map<object, RecordPosition>();
  drafts.forEach(({ facts }, index) => {
    const position = positions[index];
    if (position) for (const fact of facts) landed.set(fact, position);
  });
  return landed;
}

function answerOf(
  one: Judged,
  landed: ReadonlyMap<object, RecordPosition>,
  heads: readonly RecordPosition[],
): Outcome<AcceptanceAnswer> {
  const { command, verdicts, facts, isFenced } = one;
  if (isFenced) return { ok: false, error: new Fenced(command.inbound?.settlement.consumer ?? '') };
  const positions =
    facts.length > 0
      ? new Set(facts.flatMap((fact) => landed.get(fact) ?? []))
      : headsOf(command, heads);
  return { ok: true, answer: { verdicts, positions: [...positions] } };
}

/** Of usage that was known before: where the log is now, which is never before where it landed. */
function headsOf(
  { usages }: AcceptanceCommand,
  heads: readonly RecordPosition[],
): readonly RecordPosition[] {
  const partitions = new Set(usages.map(usagePartition));
  return heads.filter(({ partition }) => partitions.has(partition));
}
