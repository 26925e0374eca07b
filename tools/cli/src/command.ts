import type { ParseArgsConfig } from 'node:util';
import type { Api } from './api';
import type { Progress } from './progress';

/** What a shell learns: 0 all is well, 1 a difference or a failed check, 2 it could not be asked. */
export const EXIT = { ok: 0, differs: 1, unusable: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The arguments are wrong; the command's usage is shown. Exit code 2. */
export class UsageError extends Error {}

/** The command can not do its work here and says why. Exit code 2. */
export class Unusable extends Error {}

export type Options = NonNullable<ParseArgsConfig['options']>;
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** What a command gets. The server is asked for only by commands that touch `api`. */
export interface CommandContext {
  readonly environment: NodeJS.ProcessEnv;
  readonly options: OptionValues;
  readonly positionals: readonly string[];
  /** One JSON document on stdout instead of lines. */
  readonly json: boolean;
  readonly progress: Progress;
  /** Errors: Unusable, without a key. */
  api(): Api;
  /** A line of the result, to stdout. */
  say(line: string): void;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `kontor <name> --help` shows below the usage line. */
  readonly help: string;
  /** Behind the name in the usage line. */
  readonly usage: string;
  /** Its own; `--json` and `--help` belong to every command. */
  readonly options: Options;
  readonly positionalsMax: number;
  run(context: CommandContext): Promise<ExitCode>;
}
