/** Two sides measured in turn in one run: A B A B A B, and what is made of it. */
import { machine, report } from '../harness.mjs';

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * Until then a side gets faster: code is still being compiled, more than once. A slow side is not
 * waited for longer than that.
 */
const WARM_OPERATIONS = 150_000;
const WARM_SECONDS_MAX = 20;

/**
 * Runs every side in turn: warmed up first, then `rounds` that count.
 *
 * Shape: operations a second per side and round; `run(side, counts)` answers {operations, seconds}.
 */
export async function inTurn(sides, rounds, run) {
  const rates = Object.fromEntries(sides.map((side) => [side, []]));
  for (const side of sides) await warmUp(() => run(side, false));
  for (let round = 0; round < rounds; round += 1)
    for (const side of sides) {
      const { operations, seconds } = await run(side, true);
      rates[side].push(Math.round(operations / seconds));
    }
  return rates;
}

async function warmUp(run) {
  const total = { operations: 0, seconds: 0 };
  while (total.operations < WARM_OPERATIONS && total.seconds < WARM_SECONDS_MAX) {
    const { operations, seconds } = await run();
    total.operations += operations;
    total.seconds += seconds;
  }
}

/**
 * CPU microseconds an operation, by side and process: what other work on the machine slows least.
 *
 * `seconds(side)` answers {node, postgres} so far; `measure` runs what is to be counted.
 */
export function cpuMeter(seconds) {
  const used = {};
  return {
    async count(side, measure) {
      const before = seconds(side);
      const round = await measure();
      const after = seconds(side);
      const total = (used[side] ??= { node: 0, postgres: 0, operations: 0 });
      total.node += after.node - before.node;
      total.postgres += after.postgres - before.postgres;
      total.operations += round.operations;
      return round;
    },
    perOperation: () =>
      Object.fromEntries(
        Object.entries(used).map(([side, { node, postgres, operations }]) => [
          side,
          {
            node: Math.round((node * 1e6) / operations),
            postgres: Math.round((postgres * 1e6) / operations),
          },
        ]),
      ),
  };
}

/** A wrong side has done nothing: its rate counts as 0, whichever side it is. */
export function reportRatio({ id, unit, floor, goal, rates, broken, settings }) {
  const ours = broken.ours.length === 0 ? median(rates.ours) : 0;
  const rival = broken.rival.length === 0 ? median(rates.rival) : null;
  const ratio = rival === null ? 0 : Number((ours / rival).toFixed(2));
  const all = [...broken.ours, ...broken.rival.map((what) => `rival: ${what}`)];
  report({
    id,
    ours,
    rival: rival ?? 0,
    unit,
    ratio,
    floor,
    met: ratio >= floor,
    spread: rates,
    invariants: all.length === 0 ? 'held' : all.join('; '),
    settings: { ...settings, goal },
    machine: machine(),
    when: new Date().toISOString(),
  });
}

/** As the server says, not as we hope. */
export async function durabilityOf(query) {
  const settings = {};
  for (const name of ['fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method']) {
    const [row] = await query(`SELECT current_setting('${name}') AS value`);
    settings[name] = row.value;
  }
  return settings;
}

export const needsDurability = ({ fsync, synchronous_commit }) => {
  if (fsync !== 'on' || synchronous_commit !== 'on')
    throw new Error('durability is off: such figures say nothing');
};
