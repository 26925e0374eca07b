import { Problem } from '@kontor/service-host';
import { CommandReused, NotGranted } from '../../app/key-ports';

/** Errors: Problem 422 `idempotency_key_reused`, 403 `missing_scope`. */
export async function answering<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw problemOf(error) ?? error;
  }
}

function problemOf(error: unknown): Problem | undefined {
  if (error instanceof CommandReused)
    return new Problem(422, error.code, 'This `Idempotency-Key` was used for another request.');
  if (error instanceof NotGranted)
    return new Problem(403, 'missing_scope', error.message, {
      extensions: { required_scope: 'admin' },
    });
  return undefined;
}
