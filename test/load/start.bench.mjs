/** Cold start, warm start and idle memory of the all-in-one, beside its PostgreSQL. */
import {
  machine,
  makeDataDir,
  pause,
  percentile,
  report,
  residentMb,
  startServer,
} from './harness.mjs';

const ROUNDS = 3;
const IDLE_MS = 10_000;

export async function run() {
  const cold = [];
  const warm = [];
  let idle = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const dataDir = makeDataDir();
    const first = await startServer({ dataDir });
    cold.push(first.readyMs);
    await first.stop();
    const second = await startServer({ dataDir });
    warm.push(second.readyMs);
    if (round === ROUNDS - 1) {
      await pause(IDLE_MS);
      idle = residentMb(second.pid);
    }
    await second.stop();
    second.remove();
  }
  const row = (id, ours, unit, spread, floor) => ({
    id,
    ours,
    rival: null,
    unit,
    ratio: null,
    floor,
    met: ours <= floor,
    spread,
    invariants: 'held',
    settings: { rounds: ROUNDS },
    machine: machine(),
    when: new Date().toISOString(),
  });
  const spread = (values) => ({
    min: Math.round(Math.min(...values)),
    max: Math.round(Math.max(...values)),
  });
  report([
    row('start cold', Math.round(percentile(cold, 0.5)), 'ms', spread(cold), 10_000),
    row('start warm', Math.round(percentile(warm, 0.5)), 'ms', spread(warm), 3_000),
    row('start idle', idle, 'MB resident', null, 250),
  ]);
}
