/**
 * What operations of the OpenAPI document share: keys, headers, the problem.
 */
type Json = Readonly<Record<string, unknown>>;

export const RESPONSE_HEADERS = ['X-Request-Id', 'Kontor-Position'] as const;

interface CommonParameter {
  /** Undefined = every method. */
  readonly methods?: readonly string[];
  readonly parameter: Json;
}

export const COMMON_PARAMETERS: Readonly<Record<string, CommonParameter>> = {
  IdempotencyKey: {
    methods: ['POST'],
    parameter: {
      name: 'Idempotency-Key',
      in: 'header',
      description:
        'Makes the request repeatable for at least 24 hours: the same key and body get the first answer again.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
  },
  AtLeast: {
    parameter: {
      name: 'Kontor-At-Least',
      in: 'header',
      description:
        'What `Kontor-Position` of a write answered, several joined by commas: the answer shows those writes and all that followed from them. Waits at most 2 s, then answers 503 `not_ready`.',
      schema: { type: 'string', maxLength: 4096 },
      example: 'usage.recorded.v1:3:1042',
    },
  },
  Numbers: {
    parameter: {
      name: 'Kontor-Numbers',
      in: 'header',
      description: '`string`: amounts in the answer are decimal strings instead of JSON numbers.',
      schema: { type: 'string', enum: ['string', 'number'] },
    },
  },
  RequestId: {
    parameter: {
      name: 'X-Request-Id',
      in: 'header',
      description: 'Comes back in the answer and stands in the log.',
      schema: { type: 'string', maxLength: 128 },
    },
  },
};

const FIELD_ERROR: Json = {
  type: 'object',
  required: ['pointer', 'code', 'detail'],
  properties: {
    pointer: {
      type: 'string',
      description: 'JSON pointer into the body, or the name of the query parameter or header.',
    },
    code: { type: 'string' },
    detail: { type: 'string' },
  },
};

const PROBLEM: Json = {
  type: 'object',
  description: 'RFC 9457. `code` is stable; docs/reference/errors.md lists all codes.',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'request_id'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    code: { type: 'string' },
    request_id: { type: 'string' },
    errors: { type: 'array', items: { $ref: '#/components/schemas/FieldError' } },
  },
};

export const components = (): Json => ({
  securitySchemes: {
    bearer: { type: 'http', scheme: 'bearer' },
    apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
    credytApiKey: { type: 'apiKey', in: 'header', name: 'X-Credyt-Api-Key' },
  },
  headers: {
    'X-Request-Id': { description: 'The id of this request.', schema: { type: 'string' } },
    'Kontor-Position': {
      description: 'Where an accepted write stands in the log: `topic:partition:position,...`.',
      schema: { type: 'string' },
    },
    'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } },
  },
  parameters: Object.fromEntries(
    Object.entries(COMMON_PARAMETERS).map(([name, { parameter }]) => [name, parameter]),
  ),
  schemas: { Problem: PROBLEM, FieldError: FIELD_ERROR },
});
