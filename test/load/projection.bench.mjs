/** R7: the projection catches up with full logs, from an empty view. */
import { measure } from './fold-rows.mjs';
import { catchUp } from './projection-world.mjs';

const EVENTS = Number(process.env.BENCH_EVENTS ?? 20_000);

export const run = () => measure({ id: 'R7', events: EVENTS, ours: catchUp, floors: [0.5, 0.4] });
