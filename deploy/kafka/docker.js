/** Apache Kafka by Docker: the official image, its data in a folder of the host. */
const { execFile, spawn } = require('node:child_process');
const { chmodSync, closeSync, mkdirSync, openSync } = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

const run = promisify(execFile);
const IMAGE = 'apache/kafka:4.1.1';
/** A daemon that does not answer within this is treated as none. */
const DAEMON_TIMEOUT_MS = 3_000;
const PULL_TIMEOUT_MS = 300_000;
/** Where the broker listens inside the container. */
const BROKER = 9092;

/** Undefined when a Docker daemon answers and has the image (fetched when missing), else why not. */
async function whyNoDocker() {
  try {
    await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: DAEMON_TIMEOUT_MS });
  } catch (error) {
    return error.code === 'ENOENT' ? 'no docker' : 'the Docker daemon does not answer';
  }
  try {
    await run('docker', ['image', 'inspect', IMAGE], { timeout: DAEMON_TIMEOUT_MS });
  } catch {
    const pulled = run('docker', ['pull', '-q', IMAGE], { timeout: PULL_TIMEOUT_MS });
    return pulled.then(
      () => undefined,
      () => `the image ${IMAGE} can't be pulled`,
    );
  }
  return undefined;
}

/** The environment that makes the image a single node which clients outside reach. */
const environment = ({ advertised, heapMb }) => ({
  KAFKA_NODE_ID: '1',
  KAFKA_PROCESS_ROLES: 'broker,controller',
  KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
  KAFKA_LISTENERS: `PLAINTEXT://0.0.0.0:${BROKER},CONTROLLER://localhost:9093`,
  KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${advertised.host}:${advertised.port}`,
  KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
  KAFKA_LOG_DIRS: '/var/lib/kafka/data',
  KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
  KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
  KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
  KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  KAFKA_LOG_RETENTION_MS: '-1',
  KAFKA_BROKER_HEARTBEAT_INTERVAL_MS: '500',
  KAFKA_BROKER_SESSION_TIMEOUT_MS: '3000',
  KAFKA_HEAP_OPTS: `-Xmx${heapMb}m`,
});

const variables = (options) =>
  Object.entries(environment(options)).flatMap(([name, value]) => ['-e', `${name}=${value}`]);

/** Starts the container in the foreground of a child process; `docker kill` by its name ends it. */
async function spawnDocker({ dataDir, port, advertised, heapMb }) {
  const name = `kontor-kafka-${port}`;
  await run('docker', ['rm', '-f', name]).catch(() => undefined);
  const log = path.join(dataDir, 'log');
  mkdirSync(log, { recursive: true });
  chmodSync(log, 0o777); // The image's user is not ours.
  const output = openSync(path.join(dataDir, 'kafka.log'), 'a');
  const mounts = ['-p', `127.0.0.1:${port}:${BROKER}`, '-v', `${log}:/var/lib/kafka/data`];
  try {
    const child = spawn(
      'docker',
      ['run', '--rm', '--name', name, ...mounts, ...variables({ advertised, heapMb }), IMAGE],
      { detached: true, stdio: ['ignore', output, output] },
    );
    return Object.assign(child, { container: name });
  } finally {
    closeSync(output);
  }
}

/** Ends a container: SIGTERM lets it close its files, SIGKILL is a crash. */
const signalContainer = (name, signal) =>
  run('docker', ['kill', '--signal', signal, name]).catch(() => undefined);

module.exports = { BROKER, IMAGE, environment, signalContainer, spawnDocker, whyNoDocker };
