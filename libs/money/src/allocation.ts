/**
 * Sharing many amounts over the same long list of weights, summed by group.
 *
 * `allocate` answers one part per weight; a subject with 100,000 fees and a few products needs only
 * each product's sum. Equal weights get equal floors and equal remainders, so they are computed
 * once per distinct weight, in whole units of the smallest decimal: integers of any size, exact.
 */
import { AMOUNT_DECIMALS, Decimal, decimal, wire, ZERO, type DecimalString } from './decimal';

/** Weights that are equal. */
interface WeightClass {
  readonly weight: bigint;
  /** Their places in the list, rising. */
  readonly members: number[];
  /** How many members each group has. */
  readonly groups: [group: number, count: number][];
}

interface Ranked {
  readonly weights: WeightClass;
  readonly remainder: bigint;
}

/** Far above the error of a quotient of two doubles, far below what separates most remainders. */
const NEAR = 1e-9;

export class Allocation {
  private readonly classes: readonly WeightClass[];
  private readonly whole: bigint;

  /**
   * Shape: `groupOf[i]` is the group (0..`groups` - 1) of `weights[i]`; the order of the list
   *        decides ties, as in `allocate`.
   * Units: weights are plain decimal texts >= 0 of at most 12 decimals, e.g. of a database: a long
   *        list is read faster than as Decimals.
   */
  constructor(
    weights: readonly DecimalString[],
    private readonly groupOf: readonly number[],
    private readonly groups: number,
  ) {
    const scaled = weights.map(unitsOf);
    const whole = scaled.reduce((total, weight) => total + weight, 0n);
    const effective = whole === 0n ? scaled.map(() => 1n) : scaled;
    this.whole = whole === 0n ? BigInt(weights.length) : whole;
    this.classes = classesOf(effective, groupOf);
  }

  /**
   * Shape:  one sum per group; they add up to `total` exactly, and each is the sum of what
   *         `allocate` gives to the group's weights.
   * Errors: throws when there are no weights and `total` is not 0.
   * Cost:   O(d log d) for d distinct weights, plus the members at the border of the spare units.
   */
  share(total: Decimal): Decimal[] {
    if (total.lt(ZERO)) return this.share(total.neg()).map((part) => part.neg());
    const sums = new Array<bigint>(this.groups).fill(0n);
    const units = unitsOf(wire(total));
    if (units === 0n) return sums.map(amountOf);
    if (this.classes.length === 0) throw new Error('cannot share an amount over nothing');
    let spare = units;
    const remainders = this.classes.map(({ weight, members, groups }) => {
      const exact = units * weight;
      const floor = exact / this.whole;
      spare -= floor * BigInt(members.length);
      if (floor !== 0n) addTimes(floor, groups, sums);
      return exact - floor * this.whole;
    });
    this.addSpare(Number(spare), remainders, sums);
    return sums.map(amountOf);
  }

  /** Gives one unit each to the `spare` weights of the largest remainders, ties by place. */
  private addSpare(spare: number, remainders: readonly bigint[], sums: bigint[]): void {
    if (spare === 0) return;
    const { above, border, left } = this.sieve(spare, remainders);
    for (const { groups } of above) addTimes(1n, groups, sums);
    this.addAtBorder(left, border, sums);
  }

  /**
   * Finds roughly where the spare units end, so that few remainders are compared exactly: those
   * `above` get one for sure, those below none, and `left` are for the `border`. The doubles only
   * sort candidates; no amount is computed with them.
   */
  private sieve(
    spare: number,
    remainders: readonly bigint[],
  ): { above: WeightClass[]; border: Ranked[]; left: number } {
    const whole = Number(this.whole);
    const fractions = Float64Array.from(remainders, (remainder) => Number(remainder) / whole);
    const end = this.fractionAt(spare, fractions);
    const above: WeightClass[] = [];
    const border: Ranked[] = [];
    let left = spare;
    this.classes.forEach((weights, index) => {
      const distance = (fractions[index] ?? 0) - end;
      if (distance > NEAR) {
        above.push(weights);
        left -= weights.members.length;
      } else if (distance >= -NEAR) border.push({ weights, remainder: remainders[index] ?? 0n });
    });
    return { above, border, left };
  }

  /** The fraction of the weight that takes the last of the spare units. */
  private fractionAt(spare: number, fractions: Float64Array): number {
    const ofWeights = new Float64Array(this.groupOf.length);
    let at = 0;
    this.classes.forEach(({ members }, index) => {
      ofWeights.fill(fractions[index] ?? 0, at, at + members.length);
      at += members.length;
    });
    ofWeights.sort();
    return ofWeights[ofWeights.length - spare] ?? 0;
  }

  private addAtBorder(spare: number, border: readonly Ranked[], sums: bigint[]): void {
    const byRemainder = [...border].sort(
      (a, b) => Number(b.remainder > a.remainder) - Number(b.remainder < a.remainder),
    );
    let left = spare;
    for (let start = 0; start < byRemainder.length && left > 0;) {
      const end = endOfTie(byRemainder, start);
      const members = byRemainder.slice(start, end).flatMap(({ weights }) => weights.members);
      // Of equal remainders the earlier weight comes first, whatever its weight.
      if (members.length > left) members.sort((a, b) => a - b);
      for (const member of members.slice(0, left)) {
        const group = this.groupOf[member] ?? 0;
        sums[group] = (sums[group] ?? 0n) + 1n;
      }
      left -= Math.min(members.length, left);
      start = end;
    }
  }
}

function endOfTie(ranked: readonly Ranked[], start: number): number {
  let end = start + 1;
  while (end < ranked.length && ranked[end]?.remainder === ranked[start]?.remainder) end += 1;
  return end;
}

function addTimes(units: bigint, groups: WeightClass['groups'], sums: bigint[]): void {
  for (const [group, count] of groups)
    sums[group] = (sums[group] ?? 0n) + (count === 1 ? units : units * BigInt(count));
}

function classesOf(weights: readonly bigint[], groupOf: readonly number[]): WeightClass[] {
  const classes = new Map<bigint, { weight: bigint; members: number[] }>();
  weights.forEach((weight, index) => {
    const same = classes.get(weight);
    if (same) same.members.push(index);
    else classes.set(weight, { weight, members: [index] });
  });
  return [...classes.values()].map((one) => ({ ...one, groups: countGroups(one, groupOf) }));
}

function countGroups(
  { members }: { readonly members: readonly number[] },
  groupOf: readonly number[],
): WeightClass['groups'] {
  const counts = new Map<number, number>();
  for (const member of members) {
    const group = groupOf[member] ?? 0;
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return [...counts];
}

/** 0.16 -> 160000000000: whole units of the smallest decimal. */
function unitsOf(text: DecimalString): bigint {
  const point = text.indexOf('.');
  const whole = point < 0 ? text : text.slice(0, point);
  const fraction = point < 0 ? '' : text.slice(point + 1);
  if (fraction.length > AMOUNT_DECIMALS) throw new Error('an amount has at most 12 decimals');
  return BigInt(whole + fraction.padEnd(AMOUNT_DECIMALS, '0'));
}

const amountOf = (units: bigint): Decimal =>
  units === 0n ? ZERO : decimal(`${units}`).div(UNITS_PER_ONE);

const UNITS_PER_ONE = new Decimal(`1${'0'.repeat(AMOUNT_DECIMALS)}`);
