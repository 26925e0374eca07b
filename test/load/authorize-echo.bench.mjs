/** R5: authorizations over HTTP on one wallet against Fastify answering the bodies that it got. */
import { runOverHttp } from './authorizations/over-http.mjs';

export const run = () => runOverHttp({ id: 'R5', rival: 'echo', floor: 0.35, goal: 0.5 });
