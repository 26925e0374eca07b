/**
 * Keeps one process running: its output in a file, a new start with back-off when it ends by itself.
 */
const { spawn } = require('node:child_process');
const { closeSync, openSync, readFileSync } = require('node:fs');

const BACKOFF_MS = 500;
const BACKOFF_MS_MAX = 30_000;
/** Who ran this long had started well: the next failure counts as the first. */
const STEADY_MS = 60_000;
/** What ends this often in a row will not be helped by one more start. */
const ATTEMPTS_MAX = 8;
/** Longer than the steps of an orderly stop. */
const STOP_MS_MAX = 60_000;
const TAIL_LINES = 15;

class Keeper {
  /**
   * options: name, main (file for node), env, logFile,
   *          report(text): what a person should know; started(): it has a process id, a new one.
   */
  constructor(options) {
    this.options = options;
    this.failures = 0;
    this.isStopping = false;
  }

  get pid() {
    return this.child?.pid;
  }

  /** How it ended; undefined while it runs. */
  get ended() {
    const { exitCode, signalCode } = this.child;
    return exitCode === null && signalCode === null ? undefined : (signalCode ?? exitCode);
  }

  start() {
    const { main, env, logFile } = this.options;
    const output = openSync(logFile, 'a');
    const startedAt = Date.now();
    // A session of its own: Ctrl-C at the terminal must reach only us, who stop in order.
    this.child = spawn(process.execPath, [main], {
      env,
      detached: true,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    this.options.started?.();
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
    void this.exited.then(() => this.onExit(Date.now() - startedAt));
  }

  onExit(livedMs) {
    if (this.isStopping) return;
    const { name, logFile, report } = this.options;
    this.failures = livedMs >= STEADY_MS ? 1 : this.failures + 1;
    const why = `${name} ended by itself (${this.ended})`;
    if (this.failures > ATTEMPTS_MAX) {
      report(`${why} ${this.failures} times in a row and stays down; see ${logFile}`);
      return;
    }
    const waitMs = Math.min(BACKOFF_MS * 2 ** (this.failures - 1), BACKOFF_MS_MAX);
    report(`${why}; it is started again in ${waitMs / 1_000} s; see ${logFile}`);
    this.timer = setTimeout(() => this.start(), waitMs);
  }

  /** SIGTERM, which drains; kill -9 only when that takes far too long. */
  async stop() {
    this.isStopping = true;
    clearTimeout(this.timer);
    if (!this.child || this.ended !== undefined) return;
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS_MAX);
    await this.exited;
    clearTimeout(late);
  }

  tail() {
    return readFileSync(this.options.logFile, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES);
  }
}

module.exports = { Keeper };
