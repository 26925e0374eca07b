import path from 'node:path';
import {
  type Command,
  type CommandContext,
  EXIT,
  type ExitCode,
  Unusable,
  UsageError,
} from '../command';
import { auditLines, isSound } from './audit';

export const restore: Command = {
  name: 'restore',
  summary: 'fill an empty data folder or database from a backup, make the read models, audit',
  usage: '<folder>',
  help: [
    'The target is KONTOR_DATA_DIR (a new folder), else DATABASE_URL, or DATABASE_URL_<SERVICE> for',
    'each service that has one of its own (empty databases). Nothing is overwritten, and no server',
    'may run. With KAFKA_BROKERS the topics of facts are deleted and made again.',
    '',
    'First every file is checked. While the target is being filled no server starts on it; when it',
    'was interrupted, restore again into a new place. At the end the logs have new incarnations, the',
    'read models are made from them, and the wallet ledger is audited.',
    '',
    'Exit code 0: restored, no difference, balanced books; 1: restored, but a consumer stopped or',
    'the audit found something, which is listed; 2: it could not be restored.',
  ].join('\n'),
  options: {},
  positionalsMax: 1,
  run: async (context) => {
    const [name] = context.positionals;
    if (name === undefined) throw new UsageError('From which folder?');
    return run(context, path.resolve(name));
  },
};

/** Loaded here and not above: the other commands need no service. */
async function run(context: CommandContext, folder: string): Promise<ExitCode> {
  const parts = require('../backup/restore') as typeof import('../backup/restore');
  const found = await parts
    .restore(folder, context.environment, (line) => context.progress.show(line))
    .catch((error: unknown) => {
      throw parts.isExpected(error) ? new Unusable(error.message) : error;
    });
  const { manifest, stopped, audit } = found;
  if (context.json) context.say(JSON.stringify({ ...found, manifest: undefined }, null, 2));
  else {
    context.say(`restored as of ${manifest.made_at}, made by Kontor ${manifest.release}`);
    for (const line of stopped) context.say(`stopped: ${line}`);
    if (audit) for (const line of auditLines(audit)) context.say(line);
  }
  return audit && isSound(audit) ? EXIT.ok : EXIT.differs;
}
