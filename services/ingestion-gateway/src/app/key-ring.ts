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
  private remembered = new Map<string, Remembered>();
  private waiting = new Map<string, Lookup>();
  private uses = new Map<string, InstantText>();

  constructor(private readonly options: KeyRingOptions) {}

  /** The owner of a secret; undefined for an unknown, revoked or expired one. */
  async identify(secret: string): Promise<KeyOwner | undefined> {
    const secretHash = this.options.hashOf(secret);
    const known = this.remembered.get(secretHash);
    const owner =
      known && known.untilMs > this.options.elapsedMs()
        ? known.owner
        : await this.lookUp(secretHash);
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
  private lookUp(secretHash: string): Promise<KeyOwner | undefined> {
    const asked = this.waiting.get(secretHash);
    if (asked) return asked.answer;
    if (this.waiting.size === 0) this.options.nextTurn(() => void this.answerAll());
    const lookup = newLookup();
    this.waiting.set(secretHash, lookup);
    return lookup.answer;
  }

  private async answerAll(): Promise<void> {
    const lookups = this.waiting;
    this.waiting = new Map();
    // `forget` replaces the map: an answer older than a change goes into one that nobody reads.
    const { remembered } = this;
    try {
      const owners = await this.options.directory.find([...lookups.keys()]);
      if (remembered.size + lookups.size > ENTRIES_MAX) remembered.clear();
      for (const [secretHash, lookup] of lookups) {
        const owner = owners.get(secretHash);
        const untilMs = this.options.elapsedMs() + (owner ? KNOWN_MS : UNKNOWN_MS);
        remembered.set(secretHash, { owner, untilMs });
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
