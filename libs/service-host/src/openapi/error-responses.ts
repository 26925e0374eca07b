/**
 * The error answers of an operation: those that every route may give, and those it names itself.
 */
import { ERROR_CODES, titleOf, typeOf, type ErrorCode } from '../http/error-codes';
import { FIELD_CODES } from '../http/field-codes';
import type { DocumentedRoute } from './routes';

type Json = Readonly<Record<string, unknown>>;

const EVERY_ROUTE = [
  'missing_api_key',
  'invalid_api_key',
  'missing_scope',
  'malformed_url',
  'unknown_parameter',
  'database_unavailable',
  'dependency_down',
  'not_ready',
  'stopping',
  'invalid_position',
];
const WITH_BODY = ['malformed_json', 'body_too_large', 'unsupported_media_type', 'invalid_request'];
const WRITING = ['queue_full'];
const POSTING = ['idempotency_key_reused', 'invalid_idempotency_key'];

/** Status of a code: of the registry, or 422 for a code of a field. */
export function statusOfCode(code: string): number {
  const whole = (ERROR_CODES as Readonly<Record<string, ErrorCode>>)[code];
  if (whole) return whole.status;
  if (code in FIELD_CODES) return 422;
  throw new Error(`the code ${code} is not in service-host's error-codes.ts`);
}

/** Shape: what every route may answer stands once in the components. */
export function errorResponsesOf(route: DocumentedRoute): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    [...byStatus(codesOf(route))].map(([status, codes]) => {
      const shared = SHARED.get(status);
      return [
        status,
        shared?.join() === codes.join()
          ? { $ref: `#/components/responses/${nameOf(status)}` }
          : response(status, codes),
      ];
    }),
  );
}

function byStatus(codes: Iterable<string>): Map<number, string[]> {
  const grouped = new Map<number, string[]>();
  for (const code of codes) {
    const status = statusOfCode(code);
    grouped.set(status, [...(grouped.get(status) ?? []), code]);
  }
  return new Map([...grouped].sort(([a], [b]) => a - b));
}

const SHARED = byStatus([
  ...EVERY_ROUTE,
  ...WITH_BODY.filter((code) => statusOfCode(code) !== 422),
]);
const nameOf = (status: number): string => `Refused${status}`;

/** The responses and examples that operations refer to. */
export function errorComponents(routes: readonly DocumentedRoute[]): {
  readonly responses: Json;
  readonly examples: Json;
} {
  const codes = new Set(routes.flatMap((route) => [...codesOf(route)]));
  return {
    responses: Object.fromEntries(
      [...SHARED].map(([status, shared]) => [nameOf(status), response(status, shared)]),
    ),
    examples: Object.fromEntries(
      [...codes]
        .sort()
        .map((code) => [
          code,
          { summary: meaningOf(code), value: exampleOf(code, statusOfCode(code)) },
        ]),
    ),
  };
}

function codesOf({ method, path, doc }: DocumentedRoute): Set<string> {
  const writes = method !== 'GET';
  return new Set([
    ...EVERY_ROUTE,
    ...(path.includes('{') ? ['not_found'] : []),
    ...(doc.query ? ['invalid_request'] : []),
    ...(doc.body ? WITH_BODY : []),
    ...(writes ? WRITING : []),
    ...(method === 'POST' ? POSTING : []),
    ...(doc.errors ?? []),
  ]);
}

const LATER = new Set([429, 503]);

function response(status: number, codes: readonly string[]): Json {
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    ...(LATER.has(status) && {
      headers: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } },
    }),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(
          codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
        ),
      },
    },
  };
}

const meaningOf = (code: string): string =>
  (ERROR_CODES as Readonly<Record<string, ErrorCode>>)[code]?.meaning ?? FIELD_CODES[code] ?? '';

const exampleOf = (code: string, status: number): Json => ({
  type: typeOf(code),
  title: titleOf(code),
  status,
  detail: meaningOf(code),
  instance: '/path/of/the/request',
  code,
  request_id: 'req_5f3c2a9b1d4e6f70_1a',
  ...(code === 'invalid_request' && {
    errors: [{ pointer: '/name', code: 'required', detail: 'This field is required.' }],
  }),
});
