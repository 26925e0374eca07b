/** R4: authorizations over HTTP on one wallet, 64 connections, against raw Fastify and a textbook. */
import { runOverHttp } from './authorizations/over-http.mjs';

export const run = () => runOverHttp({ id: 'R4', rival: 'textbook', floor: 8, goal: 15 });
