/** `npm run -s kontor -- <command>`: operates a Kontor from the command line. See README.md. */
import { run } from './run';

run(process.argv.slice(2), {
  environment: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 2;
  },
);
