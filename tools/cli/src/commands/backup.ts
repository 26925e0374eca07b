import path from 'node:path';
import { type Command, type CommandContext, EXIT, UsageError } from '../command';

export const backup: Command = {
  name: 'backup',
  summary: 'write everything that is not a read model into a new folder, beside a working server',
  usage: '<folder>',
  help: [
    'Works on the database: the embedded one of KONTOR_DATA_DIR (.kontor), else DATABASE_URL, or',
    'DATABASE_URL_<SERVICE> for each service that has one of its own. The backup is of one moment:',
    'everything that was answered before it is inside. The server goes on working.',
    '',
    'The folder must not exist. It appears under its name only when it is whole; until then it is',
    'called <folder>.unfinished. It holds personal data and hashes of keys: keep it as such.',
    '',
    'Exit code 0: written; 2: it could not be.',
  ].join('\n'),
  options: {},
  positionalsMax: 1,
  run: async (context) => {
    const [name] = context.positionals;
    if (name === undefined) throw new UsageError('Into which folder?');
    return run(context, path.resolve(name));
  },
};

/** Loaded here and not above: the other commands need no service. */
async function run(context: CommandContext, folder: string): Promise<0> {
  const { megabytes, openSource, takeBackup } =
    require('../backup/backup') as typeof import('../backup/backup');
  const source = await openSource(context.environment);
  try {
    const startedAt = performance.now();
    const manifest = await takeBackup(folder, source.databases, (line) =>
      context.progress.show(line),
    );
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    if (context.json) context.say(JSON.stringify(manifest, null, 2));
    else {
      for (const { name, tables } of manifest.services) {
        const rows = tables.reduce((sum, table) => sum + table.rows, 0);
        const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
        context.say(`${name}: ${tables.length} tables, ${rows} rows, ${megabytes(bytes)} MB`);
      }
      context.say(`${folder}: as of ${manifest.made_at}, ${seconds} s`);
    }
    return EXIT.ok;
  } finally {
    await source.close();
  }
}
