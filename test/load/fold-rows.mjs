/** Ours against both rivals, alternately in one run; the two rows of R7 and of R11. */
import { machine, report } from './harness.mjs';
import { catchUp, copyDetail, foldInMemory, invariants, openWorld } from './projection-world.mjs';

const ROUNDS = 3;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const spread = (values) => [Math.round(Math.min(...values)), Math.round(Math.max(...values))];

export async function measure({ id, events, ours, floors }) {
  const world = await openWorld(events);
  try {
    // The view must be there before it is copied or rebuilt; also the warm-up.
    await catchUp(world);
    const figures = { ours: [], memory: [], copy: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      figures.ours.push(await ours(world));
      figures.memory.push(await foldInMemory(world));
      figures.copy.push(await copyDetail(world));
    }
    const held = await invariants(world);
    const row = (part, rival, floor) => {
      const ratio = median(figures.ours) / median(figures[rival]);
      return {
        ...{ id: `${id} ${part}`, ours: Math.round(median(figures.ours)) },
        ...{ rival: Math.round(median(figures[rival])), unit: 'facts/s' },
        ...{ ratio: Number(ratio.toFixed(3)), floor, met: ratio >= floor && held === 'held' },
        spread: { ours: spread(figures.ours), rival: spread(figures[rival]) },
        invariants: held,
        settings: {
          ...{ events, facts: world.facts, customers: 1_000, rounds: ROUNDS },
          ...{ fsync: 'on', synchronous_commit: 'on' },
          ours: 'roll-ups and event detail together, in the same transactions',
          rival:
            rival === 'memory'
              ? 'read, parse and fold into maps, nothing written'
              : 'COPY of the detail rows into empty tables with the same indexes',
        },
        ...{ machine: machine(), when: new Date().toISOString() },
      };
    };
    report([row('roll-ups', 'memory', floors[0]), row('event detail', 'copy', floors[1])]);
  } finally {
    await world.close();
  }
}
