/** A sequence of numbers that a seed repeats, for what callers ask and when faults come. */
export interface Random {
  /** A whole number from 0 to below `end`. */
  below(end: number): number;
  pick<T>(values: readonly T[]): T;
}

/** Mulberry32: small, and the same on every machine. */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  const below = (end: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  };
  return { below, pick: (values) => values[below(values.length)]! };
}

/** KONTOR_SEED of the run; every suite prints it and what it makes of it. */
export const seedOfRun = (): number => Number(process.env['KONTOR_SEED'] ?? 1);

/** `npm run test:long` asks for the whole proof; `npm test` runs a share of it. */
export const isLongRun = process.env['KONTOR_LONG'] === '1';
