/**
 * Every code that an answer of Kontor may carry, once: its HTTP status, its title, when it happens.
 * docs/reference/errors.md and the error answers of the OpenAPI document are made from this table.
 */
export interface ErrorCode {
  readonly status: number;
  readonly title: string;
  readonly meaning: string;
}

const code = (status: number, title: string, meaning: string): ErrorCode => ({
  status,
  title,
  meaning,
});

/** Codes of whole answers. */
export const ERROR_CODES = {
  malformed_json: code(400, 'Malformed JSON', 'The body is not UTF-8 or not JSON.'),
  malformed_request: code(400, 'Malformed request', 'The request is not valid HTTP.'),
  malformed_url: code(
    400,
    'Malformed URL',
    'The path or query has a percent-encoding that is not UTF-8, or a NUL character.',
  ),
  missing_api_key: code(
    401,
    'API key missing',
    'Send the key as `Authorization: Bearer`, `X-Api-Key` or `X-Credyt-Api-Key`.',
  ),
  invalid_api_key: code(401, 'API key unknown', 'There is no such key, or it was revoked.'),
  invalid_context: code(
    401,
    'Context not signed',
    'A service other than the gateway was asked without a valid signed context.',
  ),
  insufficient_funds: code(
    402,
    'Insufficient funds',
    'The account has less available than requested; `requested`, `available` and `asset` say how much.',
  ),
  missing_scope: code(
    403,
    'Scope missing',
    'The key may not do this; `required_scope` says what it needs.',
  ),
  not_found: code(404, 'Not found', 'Nothing exists at this path for this platform and mode.'),
  method_not_allowed: code(
    405,
    'Method not allowed',
    'The path exists under other methods; `Allow` lists them.',
  ),
  request_timeout: code(408, 'Request timeout', 'The request did not arrive in time.'),
  already_subscribed: code(409, 'Already subscribed', 'The customer holds this product already.'),
  code_taken: code(409, 'Code taken', 'Another product or asset has this code.'),
  external_id_taken: code(409, 'External id taken', 'Another resource has this external id.'),
  event_id_reused: code(409, 'Event id reused', 'The event id was accepted with other content.'),
  transaction_id_reused: code(
    409,
    'Transaction id reused',
    'The transaction id was used with other content.',
  ),
  too_many_grants: code(
    409,
    'Too many grants',
    'The account has as many grants with something left as it may.',
  ),
  audit_running: code(409, 'Audit running', 'One audit at a time; the running one ends by itself.'),
  authorization_id_reused: code(
    409,
    'Authorization id reused',
    'The authorization id was used with other content.',
  ),
  authorization_mixed_assets: code(
    422,
    'Authorization in mixed assets',
    'The fees of the usage need several assets; an authorization holds one.',
  ),
  capture_exceeds_hold: code(
    409,
    'Capture exceeds hold',
    'Less is left of the authorization; `requested`, `available` and `asset` say how much.',
  ),
  authorization_captured: code(
    409,
    'Authorization captured',
    'The authorization was captured for good and has nothing left.',
  ),
  authorization_voided: code(409, 'Authorization voided', 'The authorization was voided.'),
  authorization_expired: code(409, 'Authorization expired', 'The authorization has expired.'),
  too_many_accounts: code(409, 'Too many accounts', 'The wallet has as many accounts as it may.'),
  product_archived: code(409, 'Product archived', 'The product was archived.'),
  version_archived: code(409, 'Version archived', 'The version of the product was archived.'),
  version_published: code(409, 'Version published', 'A published version cannot be taken back.'),
  version_is_draft: code(409, 'Version is a draft', 'Publish the version first.'),
  version_is_default: code(
    409,
    'Version is the default',
    'Make another version the default first.',
  ),
  rebuild_running: code(
    409,
    'Rebuild running',
    'The read model of this service is being rebuilt already, here or by another instance.',
  ),
  conflict: code(409, 'Conflict', 'The state of the resource does not allow this.'),
  body_too_large: code(413, 'Body too large', 'A body is at most 8 MiB.'),
  request_too_large: code(
    413,
    'Request too large',
    'What the request would write is larger than a fact may be (256 KiB).',
  ),
  uri_too_long: code(414, 'URI too long', 'A path segment is longer than any id may be.'),
  unsupported_media_type: code(
    415,
    'Unsupported media type',
    'Send `application/json` (for events also CloudEvents JSON), without a content encoding.',
  ),
  invalid_request: code(
    422,
    'Invalid request',
    'Well-formed but wrong; `errors` names every field with its own code.',
  ),
  idempotency_key_reused: code(
    422,
    'Idempotency key reused',
    'The `Idempotency-Key` was used for another request.',
  ),
  not_supported: code(422, 'Not supported', 'A later version of Kontor brings this.'),
  too_many_requests: code(429, 'Too many requests', 'Try again after `Retry-After` seconds.'),
  too_many_authorizations: code(
    429,
    'Too many authorizations',
    'The wallet has as many open authorizations as it may; capture or void some.',
  ),
  queue_full: code(
    429,
    'Queue full',
    'More is waiting than the service may hold; try again after `Retry-After` seconds.',
  ),
  header_too_large: code(431, 'Headers too large', 'The request line and headers exceed 16 KiB.'),
  internal_error: code(
    500,
    'Internal error',
    'A bug of ours; the log has the request id. Nothing a client sends should lead here.',
  ),
  database_unavailable: code(
    503,
    'Database unavailable',
    'The database does not answer; try again after `Retry-After` seconds.',
  ),
  dependency_down: code(
    503,
    'Dependency down',
    'Another service does not answer; try again after `Retry-After` seconds.',
  ),
  stopping: code(
    503,
    'Stopping',
    'The service is stopping; try again after `Retry-After` seconds.',
  ),
  not_ready: code(
    503,
    'Not ready',
    'A read model is not far enough yet, or the service is starting.',
  ),
} as const satisfies Record<string, ErrorCode>;

export const titleOf = (errorCode: string): string =>
  (ERROR_CODES as Readonly<Record<string, ErrorCode>>)[errorCode]?.title ??
  errorCode.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase());

/** The `type` of a problem: a stable URI, also the anchor of the code in the reference. */
export const typeOf = (errorCode: string): string => `https://kontor.dev/errors/${errorCode}`;
