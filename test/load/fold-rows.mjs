/**
 * Each part of the projection against its rival, and both parts together, in turn in one run: the
 * rows of R7 and of R11.
 */
import { machine, median, report } from './harness.mjs';
import { PARTS } from './projection-parts.mjs';
import { catchUp, copyDetail, foldInMemory, keepDetail, openWorld } from './projection-world.mjs';

const ROUNDS = 5;
const spread = (values) => [Math.round(Math.min(...values)), Math.round(Math.max(...values))];

const ROWS = [
  {
    name: 'roll-ups',
    part: 'rollUps',
    rival: 'memory',
    ours:
      'the consumers with all they do, of their rows only the roll-ups written; what topics say of ' +
      "each other's events remembered in memory, as the rival does",
    against: 'the same facts read, parsed and folded into one set of rows and sums in memory',
  },
  {
    name: 'event detail',
    part: 'detail',
    rival: 'copy',
    ours: 'the consumers with all they do, of their rows all but the roll-ups written',
    against: 'COPY of the same rows into empty tables with the same indexes',
  },
  {
    name: 'both together',
    part: 'whole',
    rival: undefined,
    ours: 'as it runs: roll-ups and event detail in the same transactions',
    against: 'none: neither rival does both',
  },
];

export async function measure({ id, events, ours, floors }) {
  const world = await openWorld(events);
  try {
    // The view must be there before it is copied or rebuilt; also the warm-up.
    await catchUp(world, PARTS.whole.tables());
    await keepDetail(world);
    const { figures, wrong } = await rounds(world, events, ours);
    report(ROWS.map((row, at) => rowOf(row, { id, events, world, figures, wrong }, floors[at])));
  } finally {
    await world.close();
  }
}

async function rounds(world, events, ours) {
  const figures = { rollUps: [], detail: [], whole: [], memory: [], copy: [] };
  const wrong = { rollUps: [], detail: [], whole: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { part, rival } of ROWS) {
      const { tables, wrong: wrongOf } = PARTS[part];
      figures[part].push(await ours(world, tables()));
      wrong[part].push(...(await wrongOf(world.database, events)));
      if (rival === 'memory') figures.memory.push(await foldInMemory(world));
      if (rival === 'copy') figures.copy.push(await copyDetail(world));
    }
  }
  return { figures, wrong };
}

function rowOf(row, { id, events, world, figures, wrong }, floor = null) {
  const { name, part, rival } = row;
  const held = wrong[part].length === 0;
  const ratio = rival ? median(figures[part]) / median(figures[rival]) : null;
  return {
    ...{ id: `${id} ${name}`, ours: Math.round(median(figures[part])) },
    ...{ rival: rival ? Math.round(median(figures[rival])) : null, unit: 'facts/s' },
    ...{ ratio: ratio === null ? null : Number(ratio.toFixed(3)), floor },
    ...{ met: held && (ratio === null || ratio >= floor) },
    spread: { ours: spread(figures[part]), ...(rival && { rival: spread(figures[rival]) }) },
    invariants: held ? 'held' : JSON.stringify(wrong[part]),
    settings: {
      ...{ events, facts: world.facts, customers: 1_000, rounds: ROUNDS },
      ...{ fsync: 'on', synchronous_commit: 'on', ours: row.ours, rival: row.against },
    },
    ...{ machine: machine(), when: new Date().toISOString() },
  };
}
