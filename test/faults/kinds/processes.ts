/** What becomes of a process: it dies, it stands still, its clock is wrong. */
import { type Inject, pause } from './kind';

/** Kafka gives a consumer's partitions to another after 6 s of silence. */
const LONGER_THAN_A_SESSION_MS = 7_000;
/**
 * Services refuse what a gateway signed more than 5 s in their future, and an expired hold that has
 * a clock behind it waits for that clock.
 */
const CLOCK_SHIFT_MS_MAX = 4_000;

export const kill: Inject = ({ world, targetOf }, fault) => world.restart(targetOf(fault));

/** Nothing of it runs, its connections stay open. */
export const standStill = (ms: (lastsMs: number) => number): Inject => {
  return async ({ world, targetOf }, fault) => {
    const { process: child } = world.process(targetOf(fault));
    child.kill('SIGSTOP');
    try {
      await pause(ms(fault.lastsMs));
    } finally {
      child.kill('SIGCONT');
    }
  };
};

export const stopFor = standStill((lastsMs) => lastsMs);
/** Its partitions have another owner when it wakes, and it does not know. */
export const wakeAsZombie = standStill((lastsMs) => LONGER_THAN_A_SESSION_MS + lastsMs);

export const jumpClock: Inject = async ({ world, targetOf }, fault) => {
  const name = targetOf(fault);
  const shiftMs = (fault.target % (2 * CLOCK_SHIFT_MS_MAX)) - CLOCK_SHIFT_MS_MAX;
  world.shiftClock(name, shiftMs);
  await pause(fault.lastsMs);
  world.shiftClock(name, 0);
};
