/** R1: authorizations, captures and voids a second on one wallet, in process, 64 callers. */
import { runInProcess } from './authorizations/in-process.mjs';

export const run = () => runInProcess({ id: 'R1', wallets: 1, floor: 20, goal: 40 });
