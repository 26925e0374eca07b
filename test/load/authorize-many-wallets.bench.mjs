/** R2: authorizations, captures and voids a second over 1,000 wallets, in process, 64 callers. */
import { runInProcess } from './authorizations/in-process.mjs';

export const run = () => runInProcess({ id: 'R2', wallets: 1_000, floor: 5, goal: 8 });
