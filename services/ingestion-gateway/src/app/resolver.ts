/**
 * Who is meant by the ids in usage, and how far the owner's log was: one question for all requests
 * of a moment.
 *
 * While a question of a tenant is under way everything new waits and is asked together, so a busy
 * tenant asks as often as the owner can answer and not once a request. A head that is answered was
 * read after every request that it is given to had come.
 *
 * Limits: REMEMBERED_MAX ids are known without asking: a customer and a vendor never end.
 * Errors: DependencyDown when a name is unknown here and its owner does not answer.
 */
import type { Tenant } from '@kontor/contracts';
import type { KnownReferences, Names, ReferenceOwner, Resolved } from './ports';

/** How somebody is named; with both, they must be of the same one. */
export interface Reference {
  readonly id?: string | undefined;
  readonly externalId?: string | undefined;
}

/** The answer to one request. */
export interface Directory {
  readonly head: number;
  /** Undefined for somebody unknown, or when its two names are of different ones. */
  idOf(reference: Reference): string | undefined;
}

export interface ResolverOptions {
  readonly owner: ReferenceOwner;
  readonly known: KnownReferences;
  /**
   * Whether an external id can be given to another one later. If so, only the owner's word counts,
   * and while it is silent a name like this is answered 503, never billed to the wrong one.
   */
  readonly externalIdsMove: boolean;
  /** Runs `next` in a later turn of the event loop. */
  readonly nextTurn: (next: () => void) => void;
  /** Told when the owner did not answer. */
  readonly onSilence?: (error: unknown) => void;
}

interface Question {
  readonly ids: ReadonlySet<string>;
  readonly externalIds: ReadonlySet<string>;
  readonly resolve: (directory: Directory) => void;
  readonly reject: (error: unknown) => void;
}

interface Line {
  readonly tenant: Tenant;
  waiting: Question[];
}

/** About 10 MB of ids. */
const REMEMBERED_MAX = 100_000;

export class Resolver {
  private readonly lines = new Map<string, Line>();
  private readonly remembered = new Set<string>();
  private lastHead = 0;

  constructor(private readonly options: ResolverOptions) {}

  /** Asks for everything that one request names. `references` may repeat and may be empty. */
  resolve(tenant: Tenant, references: Iterable<Reference>): Promise<Directory> {
    const ids = new Set<string>();
    const externalIds = new Set<string>();
    for (const { id, externalId } of references) {
      if (id !== undefined) ids.add(id);
      if (externalId !== undefined) externalIds.add(externalId);
    }
    return new Promise((resolve, reject) => {
      this.ask(tenant, { ids, externalIds, resolve, reject });
    });
  }

  private ask(tenant: Tenant, question: Question): void {
    const key = prefixOf(tenant);
    const line = this.lines.get(key);
    if (line) {
      line.waiting.push(question);
      return;
    }
    const opened: Line = { tenant, waiting: [question] };
    this.lines.set(key, opened);
    this.options.nextTurn(() => void this.answerNext(key, opened));
  }

  private async answerNext(key: string, line: Line): Promise<void> {
    const questions = line.waiting;
    if (questions.length === 0) {
      this.lines.delete(key);
      return;
    }
    line.waiting = [];
    await this.answer(line.tenant, questions);
    this.options.nextTurn(() => void this.answerNext(key, line));
  }

  private async answer(tenant: Tenant, questions: readonly Question[]): Promise<void> {
    try {
      const directory = await this.askOwner(tenant, questions);
      for (const question of questions) question.resolve(directory);
    } catch (silence) {
      this.options.onSilence?.(silence);
      await this.answerFromMemory(tenant, questions, silence);
    }
  }

  private async askOwner(tenant: Tenant, questions: readonly Question[]): Promise<Directory> {
    const prefix = prefixOf(tenant);
    const named = namesIn(questions);
    const unknown = named.ids.filter((id) => !this.remembered.has(prefix + id));
    // An id beside an external id is asked for too, so that the answer can say whether they agree.
    const ids = named.externalIds.length > 0 ? named.ids : unknown;
    const names = { ids, externalIds: named.externalIds };
    const resolved = await this.options.owner.resolve(tenant, names);
    for (const { id } of resolved.found) this.remember(prefix + id);
    this.lastHead = Math.max(this.lastHead, resolved.head);
    return directoryOf(resolved, (id) => this.remembered.has(prefix + id));
  }

  /** Each question by itself: somebody unknown to us makes only its own request wait. */
  private async answerFromMemory(
    tenant: Tenant,
    questions: readonly Question[],
    silence: unknown,
  ): Promise<void> {
    try {
      const names = namesIn(questions);
      const { known, externalIdsMove } = this.options;
      const found = await known.find(tenant, names);
      // After the rows: whoever waits for this head has seen what made them.
      const foldedHead = await known.head();
      const prefix = prefixOf(tenant);
      for (const { id } of found) this.remember(prefix + id);
      this.lastHead = Math.max(this.lastHead, foldedHead);
      const directory = directoryOf({ head: this.lastHead, found }, (id) =>
        this.remembered.has(prefix + id),
      );
      for (const question of questions)
        if (isAnswerable(question, directory, externalIdsMove)) question.resolve(directory);
        else question.reject(silence);
    } catch (error) {
      for (const question of questions) question.reject(error);
    }
  }

  private remember(key: string): void {
    if (this.remembered.has(key)) return;
    if (this.remembered.size >= REMEMBERED_MAX)
      for (const oldest of this.remembered) {
        this.remembered.delete(oldest);
        break;
      }
    this.remembered.add(key);
  }
}

const prefixOf = ({ platform, mode }: Tenant): string => `${platform}/${mode}/`;

function namesIn(questions: readonly Question[]): Names {
  const ids = new Set<string>();
  const externalIds = new Set<string>();
  for (const question of questions) {
    for (const id of question.ids) ids.add(id);
    for (const externalId of question.externalIds) externalIds.add(externalId);
  }
  return { ids: [...ids], externalIds: [...externalIds] };
}

function directoryOf(resolved: Resolved, isRemembered: (id: string) => boolean): Directory {
  const ids = new Set(resolved.found.map(({ id }) => id));
  const byExternalId = new Map<string, string>();
  for (const { id, externalId } of resolved.found)
    if (externalId !== null) byExternalId.set(externalId, id);
  const isKnown = (id: string): boolean => ids.has(id) || isRemembered(id);
  return {
    head: resolved.head,
    idOf: ({ id, externalId }) => {
      if (externalId === undefined) return id !== undefined && isKnown(id) ? id : undefined;
      const named = byExternalId.get(externalId);
      return id === undefined || id === named ? named : undefined;
    },
  };
}

function isAnswerable(question: Question, directory: Directory, externalIdsMove: boolean): boolean {
  if (externalIdsMove && question.externalIds.size > 0) return false;
  for (const id of question.ids) if (directory.idOf({ id }) === undefined) return false;
  for (const externalId of question.externalIds)
    if (directory.idOf({ externalId }) === undefined) return false;
  return true;
}
