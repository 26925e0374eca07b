/** Which faults come when: nothing but the seed decides it. */
import { randomFrom } from './random';

export const FAULT_KINDS = [
  'kill',
  'pause',
  'zombie',
  'postgres-crash',
  'disk-full',
  'clock-jump',
  'duplicates',
  'kafka-kill',
  'kafka-stop',
  'kafka-cut',
  'kafka-delay',
  'kafka-half-open',
  'relay-unmarked',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  /** From the start of the schedule. */
  readonly atMs: number;
  readonly kind: FaultKind;
  /** Which of the processes, where one is meant: `targets[target % targets.length]`. */
  readonly target: number;
  /** How long what is broken stays so; what this means is up to the kind. */
  readonly lastsMs: number;
}

export interface ScheduleOptions {
  readonly seed: number;
  readonly kinds: readonly FaultKind[];
  /** At least one of each kind, in any order; then any. */
  readonly count: number;
}

/** Between two starts: faults overlap when one lasts longer than the gap. */
const GAP_MS_MIN = 1_500;
const GAP_MS_SPREAD = 2_500;
const LASTS_MS_MIN = 1_000;
const LASTS_MS_SPREAD = 4_000;
const TARGETS = 1_000;

export function planSchedule({ seed, kinds, count }: ScheduleOptions): Fault[] {
  const random = randomFrom(seed);
  const left = [...kinds];
  const faults: Fault[] = [];
  let atMs = 0;
  while (faults.length < Math.max(count, kinds.length)) {
    atMs += GAP_MS_MIN + random.below(GAP_MS_SPREAD);
    const [first] = left.length > 0 ? left.splice(random.below(left.length), 1) : [];
    faults.push({
      atMs,
      kind: first ?? random.pick(kinds),
      target: random.below(TARGETS),
      lastsMs: LASTS_MS_MIN + random.below(LASTS_MS_SPREAD),
    });
  }
  return faults;
}
