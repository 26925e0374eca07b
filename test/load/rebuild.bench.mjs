/** R11: the projection's view is rebuilt from full logs, from the request to the dropped old view. */
import { measure } from './fold-rows.mjs';
import { rebuild } from './projection-world.mjs';

const EVENTS = Number(process.env.BENCH_EVENTS ?? 20_000);

export const run = () => measure({ id: 'R11', events: EVENTS, ours: rebuild, floors: [0.4, 0.3] });
