/**
 * Sharing many amounts over the same long list of weights, summed by group.
 *
 * `allocate` answers one part per weight; a subject with 100,000 fees and a few products needs only
 * each product's sum. Equal weights get equal floors and equal remainders, so they are computed
 * once per distinct weight, in whole units of the smallest decimal: integers of any size, exact.
 */
import { AMOUNT_DECIMALS, Decimal, decimal, wire, ZERO } from './decimal';

/** Weights that are equal, in the order of the list. */
interface WeightClass {
  readonly weight: bigint;
  readonly members: number[];
  /** How many members each group has. */
  readonly groups: Map<number, number>;
}

interface ClassShare {
  readonly weights: WeightClass;
  readonly remainder: bigint;
}

export class Allocation {
  private readonly classes: readonly WeightClass[];
  private readonly whole: bigint;

  /**
   * Shape: `groupOf[i]` is the group (0..`groups` - 1) of `weights[i]`; the order of the list
   *        decides ties, as in `allocate`.
   * Units: weights are >= 0 and have at most 12 decimals.
   */
  constructor(
    weights: readonly Decimal[],
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
    const units = unitsOf(total);
    if (units === 0n) return sums.map(amountOf);
    if (this.classes.length === 0) throw new Error('cannot share an amount over nothing');
    this.addSpare(units - this.addFloors(units, sums), this.byRemainder(units), sums);
    return sums.map(amountOf);
  }

  private addFloors(units: bigint, sums: bigint[]): bigint {
    let given = 0n;
    for (const { weight, members, groups } of this.classes) {
      const floor = (units * weight) / this.whole;
      given += floor * BigInt(members.length);
      for (const [group, count] of groups)
        sums[group] = (sums[group] ?? 0n) + floor * BigInt(count);
    }
    return given;
  }

  /** Classes by falling remainder; those with the same one stand together. */
  private byRemainder(units: bigint): ClassShare[] {
    return this.classes
      .map((weights) => ({ weights, remainder: (units * weights.weight) % this.whole }))
      .sort((a, b) => Number(b.remainder > a.remainder) - Number(b.remainder < a.remainder));
  }

  private addSpare(spare: bigint, shares: readonly ClassShare[], sums: bigint[]): void {
    let left = Number(spare);
    for (let start = 0; start < shares.length && left > 0;) {
      const end = endOfTie(shares, start);
      const tied = shares.slice(start, end).map(({ weights }) => weights);
      const count = tied.reduce((sum, { members }) => sum + members.length, 0);
      if (count <= left) for (const { groups } of tied) addCounts(groups, sums);
      else addCounts(this.firstOf(tied, left), sums);
      left -= Math.min(count, left);
      start = end;
    }
  }

  /** The groups of the first `count` members of these classes, in the order of the list. */
  private firstOf(tied: readonly WeightClass[], count: number): Map<number, number> {
    const [only] = tied;
    const members =
      tied.length === 1 && only
        ? only.members
        : tied.flatMap((weights) => weights.members).sort((a, b) => a - b);
    const groups = new Map<number, number>();
    for (const member of members.slice(0, count)) {
      const group = this.groupOf[member] ?? 0;
      groups.set(group, (groups.get(group) ?? 0) + 1);
    }
    return groups;
  }
}

function endOfTie(shares: readonly ClassShare[], start: number): number {
  let end = start + 1;
  while (end < shares.length && shares[end]?.remainder === shares[start]?.remainder) end += 1;
  return end;
}

function addCounts(groups: ReadonlyMap<number, number>, sums: bigint[]): void {
  for (const [group, count] of groups) sums[group] = (sums[group] ?? 0n) + BigInt(count);
}

function classesOf(weights: readonly bigint[], groupOf: readonly number[]): WeightClass[] {
  const classes = new Map<bigint, WeightClass>();
  weights.forEach((weight, index) => {
    let same = classes.get(weight);
    if (!same) {
      same = { weight, members: [], groups: new Map() };
      classes.set(weight, same);
    }
    same.members.push(index);
    const group = groupOf[index] ?? 0;
    same.groups.set(group, (same.groups.get(group) ?? 0) + 1);
  });
  return [...classes.values()];
}

/** 0.16 -> 160000000000: whole units of the smallest decimal. */
function unitsOf(value: Decimal): bigint {
  const [whole = '0', fraction = ''] = wire(value).split('.');
  if (fraction.length > AMOUNT_DECIMALS) throw new Error('an amount has at most 12 decimals');
  return BigInt(whole + fraction.padEnd(AMOUNT_DECIMALS, '0'));
}

const amountOf = (units: bigint): Decimal =>
  units === 0n ? ZERO : decimal(`${units}`).div(UNITS_PER_ONE);

const UNITS_PER_ONE = new Decimal(`1${'0'.repeat(AMOUNT_DECIMALS)}`);
