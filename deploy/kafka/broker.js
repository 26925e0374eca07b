/**
 * A real single-node Apache Kafka (KRaft) for development and tests.
 *
 *   const broker = await startBroker({ dataDir });
 *   broker.brokers            '127.0.0.1:40123': what KAFKA_BROKERS wants
 *   await broker.stop()       in order, data stays
 *   await broker.kill()       a crash, data stays
 *
 * Starting again on the same data folder goes on with the same cluster id, topics and offsets.
 */
const { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { signalContainer, spawnDocker, whyNoDocker } = require('./docker');
const { spawnJava, whyNoJava } = require('./java');
const { commandLine, freePort, isAlive, kafkaAnswers, until } = require('./probe');

const START_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 30_000;
const HEAP_MB = 512;

/** Which way a broker can be run here: 'docker', 'java', or why neither can. */
async function findRuntime() {
  const noDocker = await whyNoDocker();
  if (!noDocker) return { runtime: 'docker' };
  const noJava = await whyNoJava();
  return noJava ? { reason: `${noDocker}, ${noJava}` } : { runtime: 'java' };
}

const statePath = (dataDir) => path.join(dataDir, 'broker.json');

function readState(dataDir) {
  if (!existsSync(statePath(dataDir))) return {};
  try {
    return JSON.parse(readFileSync(statePath(dataDir), 'utf8'));
  } catch {
    return {}; // Cut off by a crash: it only holds what can be found out again.
  }
}

/** Ends a broker whose starter was killed; refuses when the starter still runs. */
async function takeOver(dataDir, state) {
  if (state.owner && state.owner !== process.pid && isAlive(state.owner) && isAlive(state.pid))
    throw new Error(`a Kafka broker already runs on ${dataDir} (process ${state.owner})`);
  if (state.container) await signalContainer(state.container, 'SIGTERM');
  if (!state.pid || !isAlive(state.pid)) return;
  const command = commandLine(state.pid);
  if (command !== undefined && !command.includes(dataDir)) return; // The id was given to another.
  process.kill(state.pid, 'SIGTERM');
  if (await until(() => !isAlive(state.pid), STOP_TIMEOUT_MS)) return;
  process.kill(state.pid, 'SIGKILL');
  await until(() => !isAlive(state.pid), STOP_TIMEOUT_MS);
}

function logTail(dataDir) {
  const file = path.join(dataDir, 'kafka.log');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(-15).join('\n') : '';
}

function handle({ child, dataDir, port, advertised, runtime }) {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const end = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    if (child.container) await signalContainer(child.container, signal);
    else child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
    rmSync(statePath(dataDir), { force: true });
    writeFileSync(statePath(dataDir), JSON.stringify({ port }));
  };
  return {
    brokers: `${advertised.host}:${advertised.port}`,
    port,
    pid: child.pid,
    runtime,
    exited,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/**
 * Starts a broker and resolves when it answers.
 *
 * options: dataDir; port (0 or absent: the folder's last one when it is free, else any);
 *          advertised {host, port}: what clients are told to connect to, for a proxy in between;
 *          heapMb; runtime: 'docker' | 'java'.
 */
async function startBroker({ dataDir: folder, port: wanted, advertised, heapMb, runtime }) {
  const dataDir = path.resolve(folder);
  mkdirSync(dataDir, { recursive: true });
  const state = readState(dataDir);
  await takeOver(dataDir, state);
  const found = runtime ? { runtime } : await findRuntime();
  if (!found.runtime) throw new Error(`Apache Kafka can't be started here: ${found.reason}`);

  const port = await freePort(wanted || state.port);
  if (wanted && port !== wanted) throw new Error(`port ${wanted} is in use`);
  const spoken = advertised ?? { host: '127.0.0.1', port };
  const controllerPort = await freePort();
  const settings = { dataDir, port, controllerPort, advertised: spoken, heapMb: heapMb ?? HEAP_MB };
  const child = await (found.runtime === 'docker' ? spawnDocker : spawnJava)(settings);
  const { pid, container } = child;
  writeFileSync(statePath(dataDir), JSON.stringify({ port, pid, container, owner: process.pid }));

  const broker = handle({ child, dataDir, port, advertised: spoken, runtime: found.runtime });
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  await until(async () => ended() || (await kafkaAnswers(port)), START_TIMEOUT_MS);
  if (!ended() && (await kafkaAnswers(port))) return broker;
  await broker.kill();
  throw new Error(
    `Apache Kafka did not start; the end of ${dataDir}/kafka.log:\n${logTail(dataDir)}`,
  );
}

module.exports = { findRuntime, startBroker };
