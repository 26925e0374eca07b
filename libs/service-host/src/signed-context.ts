/**
 * The `Kontor-Context` header: who asks, signed by the gateway (or by a service that asks another)
 * with the internal secret. A service's port is never trusted without it.
 *
 * Shape:  `<base64url of JSON>.<base64url of HMAC-SHA-256>`; bound to method and request target.
 * Time:   valid for at most `LIFETIME_MS`; clocks of the machines may differ by `SKEW_MS`.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { RequestContext } from './context';

export const CONTEXT_HEADER = 'kontor-context';
/** With the skew it is refused when a minute has passed, whoever's clock is wrong. */
const LIFETIME_MS = 50_000;
/** Machines of one installation keep time better than this. */
const SKEW_MS = 5_000;

/** `client`: a key was checked at the edge. `internal`: a service asks; only this opens /internal. */
export type ContextKind = 'client' | 'internal';

export interface ContextBinding {
  readonly method: string;
  /** Path with query, as in the request line. */
  readonly target: string;
}

const zSigned = z.strictObject({
  kind: z.enum(['client', 'internal']),
  method: z.string(),
  target: z.string(),
  expires_at_ms: z.number(),
  platform: z.string(),
  mode: z.enum(['live', 'test']),
  scopes: z.array(z.enum(['ingest', 'read', 'write', 'admin'])),
  key_id: z.string(),
  request_id: z.string(),
});

export function signContext(
  secret: string,
  context: RequestContext,
  binding: ContextBinding & { readonly kind: ContextKind; readonly nowMs: number },
): string {
  const payload: z.infer<typeof zSigned> = {
    kind: binding.kind,
    method: binding.method,
    target: binding.target,
    expires_at_ms: binding.nowMs + LIFETIME_MS,
    platform: context.platform,
    mode: context.mode,
    scopes: [...context.scopes],
    key_id: context.keyId,
    request_id: context.requestId,
  };
  const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
  return `${text}.${signatureOf(secret, text).toString('base64url')}`;
}

/** The context and its kind; undefined for anything that this secret did not sign for this request. */
export function verifyContext(
  secret: string,
  header: string,
  binding: ContextBinding & { readonly nowMs: number },
): { readonly kind: ContextKind; readonly context: RequestContext } | undefined {
  const [text = '', signature = ''] = header.split('.');
  const expected = signatureOf(secret, text);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const payload = zSigned.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  if (!payload.success || !isFor(payload.data, binding)) return undefined;
  const { kind, platform, mode, scopes, key_id: keyId, request_id: requestId } = payload.data;
  return { kind, context: { platform, mode, scopes, keyId, requestId } };
}

function isFor(
  signed: z.infer<typeof zSigned>,
  binding: ContextBinding & { readonly nowMs: number },
): boolean {
  const { nowMs } = binding;
  const inTime =
    signed.expires_at_ms > nowMs - SKEW_MS && signed.expires_at_ms <= nowMs + LIFETIME_MS + SKEW_MS;
  return inTime && signed.method === binding.method && signed.target === binding.target;
}

const signatureOf = (secret: string, text: string): Buffer =>
  createHmac('sha256', secret).update(text).digest();
