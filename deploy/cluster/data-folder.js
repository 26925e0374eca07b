/**
 * What an installation keeps in its data folder, the same files as those of `npm start`: so that
 * the same data can be run in one process today and in many tomorrow.
 */
const { randomBytes } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { commandLine, isAlive, until } = require('../kafka/probe');

const PRIVATE = { mode: 0o600 };
const STOP_MS_MAX = 60_000;

/** A secret kept in a file, made at its first use. */
function keptSecret(dataDir, file, make) {
  const name = path.join(dataDir, file);
  const known = existsSync(name) ? readFileSync(name, 'utf8').trim() : '';
  if (known !== '') return known;
  const secret = make();
  writeFileSync(name, `${secret}\n`, PRIVATE);
  return secret;
}

const statePath = (dataDir) => path.join(dataDir, 'cluster.json');

function readState(dataDir) {
  try {
    return JSON.parse(readFileSync(statePath(dataDir), 'utf8'));
  } catch {
    return { pids: [] }; // None yet, or cut off by a crash.
  }
}

/**
 * Makes the folder ours. Processes that an earlier start left behind (it was killed with -9) are
 * stopped, so that no service runs twice on one port.
 *
 * Errors: throws when another `npm run cluster` runs on the folder.
 */
async function takeOver(dataDir) {
  mkdirSync(path.join(dataDir, 'logs'), { recursive: true });
  const { owner, pids } = readState(dataDir);
  if (owner && owner !== process.pid && isAlive(owner) && isOurs(owner, 'cluster'))
    throw new Error(`a cluster already runs on ${dataDir} (process ${owner})`);
  const left = pids.filter((pid) => isAlive(pid) && isOurs(pid, 'services'));
  for (const pid of left) process.kill(pid, 'SIGTERM');
  if (!(await until(() => !left.some(isAlive), STOP_MS_MAX)))
    for (const pid of left) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
}

/** The id of an old file may belong to somebody else by now. */
function isOurs(pid, word) {
  const command = commandLine(pid);
  return command === undefined || command.includes(`/${word}/`);
}

const writeState = (dataDir, pids) =>
  writeFileSync(statePath(dataDir), JSON.stringify({ owner: process.pid, pids }), PRIVATE);

const leave = (dataDir) => rmSync(statePath(dataDir), { force: true });

const randomSecret = () => randomBytes(32).toString('hex');

module.exports = { keptSecret, leave, randomSecret, takeOver, writeState };
