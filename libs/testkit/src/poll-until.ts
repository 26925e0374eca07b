const POLL_MS = 10;
const TIMEOUT_MS = 10_000;

export type Truthy<T> = Exclude<T, false | null | undefined | '' | 0>;

/**
 * Asks again until `look` gives something truthy, and answers that. For what another part does in
 * its own time; never for asserting how long it takes.
 *
 * Errors: throws with the last answer when the time is over.
 */
export async function pollUntil<T>(
  look: () => Promise<T> | T,
  options: { readonly timeoutMs?: number; readonly what?: string } = {},
): Promise<Truthy<T>> {
  const deadline = Date.now() + (options.timeoutMs ?? TIMEOUT_MS);
  for (;;) {
    const answer = await look();
    if (answer) return answer as Truthy<T>;
    if (Date.now() > deadline)
      throw new Error(
        `${options.what ?? 'what the test waited for'} did not happen; last answer: ${JSON.stringify(answer)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
