/**
 * The processes of each service: which of them to ask next, and which not for a moment.
 *
 * Order:  with a place (a partition) the same instance comes first at every asker, and the others
 *         after it; without one they take turns. Instances that did not answer come last, so that a
 *         service whose every instance was marked is still asked.
 * Time:   a mark ends after `DOWN_MS`; whoever asks next finds out again, or a probe does.
 */
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';

export type ServiceUrls = Readonly<Record<string, readonly string[]>>;

/** A refused connection costs well under a millisecond, so asking again soon is cheap. */
const DOWN_MS = 1_000;
/** A process that hangs takes connections and never answers: only a question tells. */
const PROBE_EVERY_MS = 1_000;
const PROBE_MS_MAX = 2_000;
/** A process that is only busy answers late once; one that hangs is silent again. */
const SILENCES = 2;

export class ServiceInstances {
  private readonly urls: ReadonlyMap<string, readonly string[]>;
  private readonly downUntilMs = new Map<string, number>();
  private readonly turns = new Map<string, number>();
  private readonly onHang: ((url: string) => void)[] = [];
  private readonly silences = new Map<string, number>();
  private readonly probing = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    urls: ServiceUrls,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    // Sorted, so that all askers mean the same instance by a place, however their lists are written.
    this.urls = new Map(Object.entries(urls).map(([name, list]) => [name, [...list].sort()]));
  }

  /** All instances of a service, the one to ask first in front; empty when none is known. */
  of(service: string, place?: number): readonly string[] {
    const all = this.urls.get(service) ?? [];
    if (all.length < 2) return all;
    const first = (place ?? this.nextTurn(service)) % all.length;
    const ordered = [...all.slice(first), ...all.slice(0, first)];
    if (this.downUntilMs.size === 0) return ordered;
    return [
      ...ordered.filter((url) => !this.isDown(url)),
      ...ordered.filter((url) => this.isDown(url)),
    ];
  }

  /** It did not take a connection, or said that it is stopping. */
  markDown(url: string, forMs = DOWN_MS): void {
    this.downUntilMs.set(url, this.nowMs() + forMs);
  }

  markUp(url: string): void {
    this.downUntilMs.delete(url);
  }

  /**
   * Asks every instance of services that have several whether it lives, every second; `onHang` says
   * which one takes connections and does not answer, so that what can be asked of another one need
   * not wait for its own time-out.
   */
  watch(onHang: (url: string) => void): void {
    this.onHang.push(onHang);
    const watched = [...this.urls.values()].filter((list) => list.length > 1).flat();
    if (this.timer || watched.length === 0) return;
    this.timer = setInterval(() => {
      for (const url of watched) void this.probe(url);
    }, PROBE_EVERY_MS);
    this.timer.unref();
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async probe(url: string): Promise<void> {
    if (this.probing.has(url)) return;
    this.probing.add(url);
    const found = await lookAt(url);
    this.probing.delete(url);
    const silences = found === 'silent' ? (this.silences.get(url) ?? 0) + 1 : 0;
    this.silences.set(url, silences);
    if (found === 'alive') this.markUp(url);
    else if (found === 'gone') this.markDown(url);
    else if (silences >= SILENCES) this.onSilence(url);
  }

  private onSilence(url: string): void {
    this.markDown(url, PROBE_EVERY_MS + PROBE_MS_MAX);
    for (const tell of this.onHang) tell(url);
  }

  private nextTurn(service: string): number {
    const turn = (this.turns.get(service) ?? 0) + 1;
    this.turns.set(service, turn);
    return turn;
  }

  private isDown(url: string): boolean {
    const until = this.downUntilMs.get(url);
    if (until === undefined) return false;
    if (until > this.nowMs()) return true;
    this.downUntilMs.delete(url);
    return false;
  }
}

/** Whether it answers (whatever it answers), takes no connection, or takes one and says nothing. */
function lookAt(url: string): Promise<'alive' | 'gone' | 'silent'> {
  return new Promise((resolve) => {
    const get = url.startsWith('https:') ? httpsGet : httpGet;
    const signal = AbortSignal.timeout(PROBE_MS_MAX);
    const asked = get(`${url}/health/live`, { agent: false, signal }, (answer) => {
      answer.resume();
      resolve('alive');
    });
    asked.once('error', () => resolve(signal.aborted ? 'silent' : 'gone'));
  });
}
