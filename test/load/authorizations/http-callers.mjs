/**
 * The load of the HTTP benches, in a process of its own so that every side pays the same for it:
 * keep-alive connections, one request under way on each, as little work per answer as can be.
 *
 * Messages in: {kind: 'closed', port, ms, ...} or {kind: 'open', port, ms, ratePerSecond, ...};
 *              out: {tally, operations, seconds, delays?, dropped?}.
 */
import net from 'node:net';
import { createRequire } from 'node:module';
import path from 'node:path';
import { asFastAsPossible, atFixedRate, requestsOf } from './callers.mjs';
import { KEY, root } from '../harness.mjs';

const require = createRequire(import.meta.url);
const { newUuid } = require(path.join(root, 'libs/contracts/dist/index.js'));

const ANSWER_MS_MAX = 30_000;
const LENGTH = /\r\ncontent-length: (\d+)/i;

/** One connection; answers come in the order of the requests, and there is one at a time. */
class Connection {
  constructor(port) {
    this.socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    this.received = '';
    this.socket.setEncoding('latin1');
    this.socket.setTimeout(ANSWER_MS_MAX, () => this.socket.destroy(new Error('no answer')));
    this.socket.on('data', (chunk) => this.read(chunk));
    this.socket.on('error', (error) => this.waiting?.reject(error));
    this.socket.on('close', () => this.waiting?.reject(new Error('the connection was closed')));
  }

  ask(head, body) {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(`${head}${body.length}\r\n\r\n${body}`, 'latin1');
    });
  }

  read(chunk) {
    this.received += chunk;
    const end = this.received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(LENGTH.exec(this.received.slice(0, end))?.[1] ?? 0);
    if (this.received.length < end + 4 + length) return;
    const status = Number(this.received.slice(9, 12));
    const text = this.received.slice(end + 4);
    this.received = '';
    const { resolve } = this.waiting;
    this.waiting = undefined;
    resolve({ status, text });
  }

  close() {
    this.socket.destroy();
  }
}

const headOf = (target) =>
  `POST ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${KEY}\r\n` +
  'content-type: application/json\r\ncontent-length: ';
const AUTHORIZE = headOf('/authorizations');

/** A side over a pool of connections; more requests than connections are not under way at once. */
function overHttp(port, connections) {
  const free = Array.from({ length: connections }, () => new Connection(port));
  const all = [...free];
  const ask = async (head, body, expected) => {
    const connection = free.pop();
    if (!connection) throw new Error('more requests than connections');
    const { status, text } = await connection.ask(head, body);
    free.push(connection);
    if (status !== expected) throw new Error(`${status} ${text}`);
  };
  return {
    authorize: ({ id, wallet, amount }) =>
      ask(
        AUTHORIZE,
        `{"id":"${id}","customer_id":"${wallet}","asset":"USD","amount":"${amount}"}`,
        201,
      ),
    capture: ({ id }) => ask(headOf(`/authorizations/${id}/capture`), '{}', 200),
    void: ({ id }) => ask(headOf(`/authorizations/${id}/void`), '{}', 200),
    close: () => all.forEach((connection) => connection.close()),
  };
}

const makers = new Map();

process.on('message', async ({ kind, port, connections, wallets, ...options }) => {
  const side = overHttp(port, connections);
  const requests = makers.get(port) ?? requestsOf((n) => wallets[n % wallets.length], newUuid);
  makers.set(port, requests);
  requests.prepare();
  try {
    const measure = kind === 'open' ? atFixedRate : asFastAsPossible;
    process.send(await measure(side, { ...options, requests, callers: connections }));
  } catch (error) {
    process.send({ error: String(error) });
  }
  side.close();
});
