/**
 * What the HTTP benches measure against, in a process of its own: raw Fastify with schemas and the
 * textbook behind it, or Fastify answering the body that it got.
 *
 * Arguments: `textbook <database url>` or `echo`. Sends {port} when it listens.
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { Refused, Textbook } from './textbook.mjs';

const require = createRequire(import.meta.url);
const { fastify } = require('fastify');
const pg = require('pg');

const text = { type: 'string', maxLength: 255 };
const authorization = {
  body: {
    type: 'object',
    required: ['id', 'customer_id', 'amount'],
    additionalProperties: false,
    properties: {
      id: { type: 'string', pattern: '^[0-9a-f-]{36}$' },
      customer_id: text,
      asset: text,
      amount: { type: 'string', pattern: '^[0-9]{1,12}(\\.[0-9]{1,12})?$' },
    },
  },
  response: {
    '2xx': {
      type: 'object',
      properties: { id: text, amount: text, status: text, captured: text },
    },
  },
};
const ending = { response: authorization.response };

function textbookServer(url, pool) {
  const server = fastify();
  const book = new Textbook(new pg.Pool({ connectionString: url, max: pool }));
  server.setErrorHandler((error, _request, reply) =>
    reply
      .code(error instanceof Refused ? error.status : (error.statusCode ?? 500))
      .send({ code: error.message }),
  );
  server.post('/authorizations', { schema: authorization }, async ({ body }, reply) => {
    const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    reply.code(201);
    return book.authorize({ id: body.id, wallet: body.customer_id, amount: body.amount, hash });
  });
  server.post('/authorizations/:id/capture', { schema: ending }, ({ params }) =>
    book.capture(params.id),
  );
  server.post('/authorizations/:id/void', { schema: ending }, ({ params }) => book.void(params.id));
  return server;
}

function echoServer() {
  const server = fastify();
  server.post('/authorizations', async ({ body }, reply) => {
    reply.code(201);
    return body;
  });
  server.post('/authorizations/:id/capture', async ({ body }) => body);
  server.post('/authorizations/:id/void', async ({ body }) => body);
  return server;
}

const [kind, url, pool] = process.argv.slice(2);
const server = kind === 'echo' ? echoServer() : textbookServer(url, Number(pool));
await server.listen({ port: 0, host: '127.0.0.1' });
process.send({ port: server.server.address().port });
