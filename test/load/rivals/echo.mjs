/** What HTTP and JSON alone cost: a Fastify server that parses a body and answers with the same. */
import Fastify from 'fastify';

const app = Fastify({ bodyLimit: 8 * 1024 * 1024 });
app.post('/*', async (request) => request.body);
await app.listen({ host: '127.0.0.1', port: 0 });
console.log(app.server.address().port);
process.on('SIGTERM', () => void app.close());
