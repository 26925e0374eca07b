/**
 * Everything in one process, and what may happen to it: the same checks after every schedule.
 */
import { isLongRun, seedOfRun } from './random';
import { runFaults } from './run-faults';
import { openEmbeddedWorld, type World } from './world';

const SCHEDULES = Number(process.env['KONTOR_FAULT_SCHEDULES'] ?? (isLongRun ? 5 : 1));
const FAULTS = Number(process.env['KONTOR_FAULTS'] ?? (isLongRun ? 30 : 6));
const SCHEDULE_MS_MAX = 300_000 + FAULTS * 20_000;

describe('faults of an embedded installation under load', () => {
  let world: World;
  beforeAll(async () => {
    world = await openEmbeddedWorld();
  }, 120_000);
  afterAll(() => world?.stop(), 120_000);

  it.each(Array.from({ length: SCHEDULES }, (_, index) => seedOfRun() + index))(
    'lose, double and spend nothing: KONTOR_SEED=%i',
    async (seed) => {
      await runFaults(world, { seed, count: FAULTS });
    },
    SCHEDULE_MS_MAX,
  );
});
