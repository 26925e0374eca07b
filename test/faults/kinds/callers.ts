/** What callers do: everything again, all at once, in another order. */
import { randomFrom } from '../random';
import type { Inject } from './kind';

const STORM = 200;

/** Each is sent twice at the same moment, and by everyone. */
export const sendAgain: Inject = async ({ load, world }, { target }) => {
  const random = randomFrom(target);
  const bodies = load.sentUsage
    .slice(-STORM)
    .map((body) => ({ body, order: random.below(STORM) }))
    .sort((one, other) => one.order - other.order)
    .map(({ body }) => body);
  await Promise.all(
    bodies.flatMap((body) => [
      load.sendAgain(body, random.pick(world.apis)),
      load.sendAgain(body, random.pick(world.apis)),
    ]),
  );
};
