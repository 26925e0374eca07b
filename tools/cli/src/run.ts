import { parseArgs } from 'node:util';
import { RequestRefused } from './api';
import { type Command, EXIT, type ExitCode, type Options, Unusable, UsageError } from './command';
import { COMMANDS } from './commands';
import { connect } from './connection';
import { Progress, type ProgressOutput } from './progress';

export interface Terminal {
  readonly environment: NodeJS.ProcessEnv;
  readonly stdout: ProgressOutput;
  readonly stderr: ProgressOutput;
}

const SHARED_OPTIONS: Options = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
};

/** `kontor <command> [arguments]`: finds the command, runs it, answers its exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const complain = (text: string): ExitCode => {
    terminal.stderr.write(`${text}\n`);
    return EXIT.unusable;
  };
  const [name, ...rest] = args;
  if (name === undefined) return complain(overview());
  if (name === 'help' || name === '--help' || name === '-h') {
    terminal.stdout.write(`${overview()}\n`);
    return EXIT.ok;
  }
  const command = COMMANDS.find((known) => known.name === name);
  if (!command) return complain(`There is no command ${name}.\n\n${overview()}`);
  try {
    return await runCommand(command, rest, terminal);
  } catch (error) {
    if (error instanceof UsageError) return complain(`${error.message}\n\n${helpOf(command)}`);
    if (error instanceof Unusable || error instanceof RequestRefused)
      return complain(error.message);
    throw error;
  }
}

async function runCommand(
  command: Command,
  args: readonly string[],
  { environment, stdout, stderr }: Terminal,
): Promise<ExitCode> {
  const { values, positionals } = parse(command, args);
  if (values['help'] === true) {
    stdout.write(`${helpOf(command)}\n`);
    return EXIT.ok;
  }
  const progress = new Progress(stderr);
  try {
    return await command.run({
      environment,
      options: values,
      positionals,
      json: values['json'] === true,
      progress,
      api: () => connect(environment),
      say: (line) => {
        progress.end();
        stdout.write(`${line}\n`);
      },
    });
  } finally {
    progress.end();
  }
}

function parse(command: Command, args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...command.options, ...SHARED_OPTIONS },
      allowPositionals: command.positionalsMax > 0,
    });
    if (positionals.length > command.positionalsMax)
      throw new UsageError(`Too many arguments: ${positionals.join(' ')}`);
    return {
      values: values as Readonly<Record<string, string | boolean | undefined>>,
      positionals,
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const WIDTH = Math.max(...COMMANDS.map(({ name }) => name.length));

const overview = (): string =>
  [
    'kontor <command> [options]',
    '',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(WIDTH)}  ${summary}`),
    '',
    'kontor <command> --help says more. KONTOR_URL (http://127.0.0.1:8080) is the server,',
    'KONTOR_API_KEY a key with the scope admin. Exit codes: 0 all is well, 1 a difference or a',
    'failed check, 2 wrong usage or no answer.',
  ].join('\n');

const helpOf = ({ name, usage, help }: Command): string =>
  `kontor ${[name, usage].filter(Boolean).join(' ')} [--json]\n\n${help}`;
