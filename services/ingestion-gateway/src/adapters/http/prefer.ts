const WAIT = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/i;
/** A longer wait is cut to this; the answer says so. */
const WAIT_SECONDS_MAX = 10;

/** Seconds of `Prefer: wait=` (RFC 7240); 0 when the client does not want to wait. */
export function waitSecondsOf(prefer: string | undefined): number {
  const seconds = prefer === undefined ? undefined : WAIT.exec(prefer)?.[1];
  return seconds === undefined ? 0 : Math.min(Number(seconds), WAIT_SECONDS_MAX);
}
