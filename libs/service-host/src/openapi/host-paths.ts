/**
 * What every process serves beside its services, open to anyone: no key, no scope, no forwarding.
 */
type Json = Readonly<Record<string, unknown>>;

const JSON_TYPE = 'application/json';

const answered = (description: string, type: string, example: unknown): Json => ({
  description,
  content: {
    [type]: { schema: { type: typeof example === 'string' ? 'string' : 'object' }, example },
  },
});

const open = (operationId: string, summary: string, responses: Json) => ({
  get: { operationId, summary, tags: ['host'], security: [], responses },
});

const readiness = (status: string, database: string): Json => ({
  status,
  services: { catalog: { database, bus: 'up', consumers: 'running' } },
});

export const hostPaths = (): Readonly<Record<string, Readonly<Record<string, Json>>>> => ({
  '/health/live': open('getHealthLive', 'Ask whether the process lives', {
    200: answered('It does.', JSON_TYPE, { status: 'live' }),
  }),
  '/health/ready': open('getHealthReady', 'Ask whether the process can serve', {
    200: answered('It can.', JSON_TYPE, readiness('ready', 'up')),
    503: answered('It cannot: what is down is named.', JSON_TYPE, readiness('not_ready', 'down')),
  }),
  '/metrics': open('getMetrics', 'Read the metrics of the process', {
    200: answered(
      'Prometheus text.',
      'text/plain',
      '# HELP kontor_queue_bytes Bytes of the commands that wait.\n',
    ),
  }),
  '/openapi.json': open('getOpenapiJson', 'Read this document', {
    200: answered('OpenAPI 3.1.', JSON_TYPE, { openapi: '3.1.0' }),
  }),
});
