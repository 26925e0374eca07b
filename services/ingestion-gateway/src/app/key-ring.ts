/**
 * Whose key it is: asked on every request, so remembered for a moment.
 *
 * Time:   what is known lives KNOWN_MS, what is not UNKNOWN_MS; a key that this process changed is
 *         forgotten at once, one that another process revoked works on for at most KNOWN_MS.
 * Limits: ENTRIES_MAX secrets; a flood of wrong keys empties the memory, never fills it.
 */
import type { Clock, InstantText } from '@kontor/contracts';
import type { KeyDirectory, KeyOwner } from './key-ports';

export interface KeyRingOptions {
  readonly directory: KeyDirectory;
  readonly clock: Clock;
  /** Milliseconds of a clock that only goes forward. */
  readonly elapsedMs: () => number;
  readonly hashOf: (secret: string) => string;
  readonly nextTurn: (next: () => void) => void;
}

const KNOWN_MS = 5_000;
const UNKNOWN_MS = 1_000;
const ENTRIES_MAX = 10_000;

interface Remembered {
  readonly owner: KeyOwner | undefined;
  readonly untilMs: number;
}

interface Lookup {
  readonly answer: Promise<KeyOwner | undefined>;
  resolve(owner: KeyOwner | undefined): void;
  reject(error: unknown): void;
}

export class KeyRing {
  /** By the secret itself: hashing it costs more than all else that is done for a known key. */
  private remembered = new Map<string, Remembered>();
  private waiting = new Map<string, Lookup>();
  private uses = new Map<string, InstantText>();

  constructor(private readonly options: KeyRingOptions) {}

  /** The owner of a secret, at once when it is remembered; undefined for an unknown, revoked or expired one. */
  identify(secret: string): KeyOwner | undefined | Promise<KeyOwner | undefined> {
    const known = this.remembered.get(secret);
    return known && known.untilMs > this.options.elapsedMs()
      ? this.noteUse(known.owner)
      : this.lookUp(secret).then((owner) => this.noteUse(owner));
  }

  private noteUse(owner: KeyOwner | undefined): KeyOwner | undefined {
    if (!owner) return undefined;
    const now = this.options.clock.now();
    if (owner.expiresAt !== null && owner.expiresAt <= now) return undefined;
    this.uses.set(owner.keyId, now);
    return owner;
  }

  /** Keys were changed: what was remembered, and what is being looked up, may be wrong. */
  forget(): void {
    this.remembered = new Map();
  }

  /** Writes the last uses that were noted since the last time. */
  async flush(): Promise<void> {
    const { uses } = this;
    if (uses.size === 0) return;
    this.uses = new Map();
    await this.options.directory.used(uses);
  }

  /** One question for all requests of a moment. */
  private lookUp(secret: string): Promise<KeyOwner | undefined> {
    const asked = this.waiting.get(secret);
    if (asked) return asked.answer;
    if (this.waiting.size === 0) this.options.nextTurn(() => void this.answerAll());
    const lookup = newLookup();
    this.waiting.set(secret, lookup);
    return lookup.answer;
  }

  private async answerAll(): Promise<void> {
    const lookups = this.waiting;
    this.waiting = new Map();
    // `forget` replaces the map: an answer older than a change goes into one that nobody reads.
    const { remembered } = this;
    const { directory, elapsedMs, hashOf } = this.options;
    try {
      const hashes = new Map([...lookups.keys()].map((secret) => [secret, hashOf(secret)]));
      const owners = await directory.find([...hashes.values()]);
      if (remembered.size + lookups.size > ENTRIES_MAX) remembered.clear();
      for (const [secret, lookup] of lookups) {
        const owner = owners.get(hashes.get(secret) ?? '');
        const untilMs = elapsedMs() + (owner ? KNOWN_MS : UNKNOWN_MS);
        remembered.set(secret, { owner, untilMs });
        lookup.resolve(owner);
      }
    } catch (error) {
      for (const lookup of lookups.values()) lookup.reject(error);
    }
  }
}

function newLookup(): Lookup {
  let resolve: Lookup['resolve'] = () => undefined;
  let reject: Lookup['reject'] = () => undefined;
  const answer = new Promise<KeyOwner | undefined>((onOwner, onError) => {
    resolve = onOwner;
    reject = onError;
  });
  return { answer, resolve, reject };
}
