/**
 * A request answered once: its change and its answer in one transaction, the same answer again.
 */
import { CommandIds, CommandIdTaken } from '@kontor/event-log';
import type { Database, Queryable, Transaction } from '@kontor/postgres';
import { CommandReused, type Command } from '../../app/key-ports';

/** Enough for any number of honest retries that arrive at the same moment. */
const TRIES_MAX = 5;
const OK = 200;
const commandIds = new CommandIds();

export interface AnswerOnce<Answer> {
  readonly command: Command | undefined;
  readonly work: (tx: Transaction) => Promise<Answer>;
  /** What is kept of the answer: never a secret. */
  readonly kept: (answer: Answer) => Answer;
}

/** Errors: CommandReused; what `work` throws. An answer without members (a miss) is not kept. */
export async function answerOnce<Answer extends object>(
  database: Database,
  once: AnswerOnce<Answer>,
): Promise<Answer> {
  const { command } = once;
  if (!command) return database.transaction(once.work);
  for (let tries = 1; ; tries += 1) {
    const before = await storedAnswer<Answer>(database, command);
    if (before) return before;
    try {
      return await database.transaction((tx) => workAndKeep(tx, command, once));
    } catch (error) {
      if (!(error instanceof CommandIdTaken) || tries === TRIES_MAX) throw error;
    }
  }
}

async function workAndKeep<Answer extends object>(
  tx: Transaction,
  command: Command,
  { work, kept }: AnswerOnce<Answer>,
): Promise<Answer> {
  const answer = await work(tx);
  if (Object.keys(answer).length > 0) {
    const text = JSON.stringify(kept(answer));
    await commandIds.store(tx, [{ ...command, status: OK, answer: text }]);
  }
  return answer;
}

/** What was answered before. Errors: CommandReused. */
export async function storedAnswer<Answer>(
  queryable: Queryable,
  { tenant, commandId, requestHash }: Command,
): Promise<Answer | undefined> {
  const stored = (await commandIds.find(queryable, tenant, [commandId])).get(commandId);
  if (!stored) return undefined;
  if (stored.requestHash !== requestHash) throw new CommandReused();
  return JSON.parse(stored.answer ?? '{}') as Answer;
}
