/**
 * Apache Kafka by Java: jars fetched once by Maven (or those of a given installation), one node
 * that is broker and controller, everything on 127.0.0.1.
 */
const { execFile, spawn } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

const run = promisify(execFile);
const FETCH_TIMEOUT_MS = 300_000;
const FORMAT_TIMEOUT_MS = 60_000;
const repository = path.resolve(__dirname, '../..');

/** Undefined when Kafka can run by Java here (jars fetched when missing), else why not. */
async function whyNoJava() {
  const answers = (command, argument) =>
    run(command, [argument], { timeout: 10_000 }).then(
      () => true,
      () => false,
    );
  if (!(await answers('java', '-version'))) return 'no java';
  if (hasJars(jarsFolder())) return undefined;
  if (process.env.KONTOR_KAFKA_HOME) return `no Kafka jars under ${process.env.KONTOR_KAFKA_HOME}`;
  if (!(await answers('mvn', '-v'))) return 'no mvn to fetch Apache Kafka with';
  return jars().then(
    () => undefined,
    (error) => `Maven could not fetch Apache Kafka: ${String(error.message).split('\n')[0]}`,
  );
}

/** KONTOR_KAFKA_HOME is an unpacked Kafka release, or a folder that holds its jars. */
function jarsFolder() {
  const home = process.env.KONTOR_KAFKA_HOME;
  if (!home) return path.join(repository, '.kontor/kafka/libs');
  const libs = path.join(home, 'libs');
  return existsSync(libs) ? libs : home;
}

const hasJars = (folder) =>
  existsSync(folder) && readdirSync(folder).some((file) => /^kafka_2\.\d+-.*\.jar$/.test(file));

/** The folder of jars, filled at first use; two at once do not see each other's half. */
async function jars() {
  const folder = jarsFolder();
  if (hasJars(folder)) return folder;
  mkdirSync(path.dirname(folder), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  try {
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime'];
    const args = ['-q', '-B', '-f', path.join(__dirname, 'pom.xml'), ...goal];
    await run('mvn', [...args, `-DoutputDirectory=${draft}`], { timeout: FETCH_TIMEOUT_MS });
    if (!hasJars(folder)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

/**
 * What a single node needs to say about itself; the rest is Kafka's default. The short session lets
 * a node that was killed come back in seconds: its controller waits that long for the one before.
 */
const properties = ({ dataDir, port, controllerPort, advertised }) => `\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://${advertised.host}:${advertised.port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=${path.join(dataDir, 'log')}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=5
group.initial.rebalance.delay.ms=0
log.retention.ms=-1
log.cleaner.dedupe.buffer.size=8388608
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
`;

const java = (folder, heapMb) => [
  `-Xmx${heapMb}m`,
  '-XX:+UseSerialGC',
  '-XX:+ExitOnOutOfMemoryError',
  `-Dlog4j2.configurationFile=${path.join(__dirname, 'log4j2.xml')}`,
  '-cp',
  path.join(folder, '*'),
];

/**
 * Starts the broker's process on a data folder, formatting it at first use.
 *
 * The process has a session of its own: Ctrl-C at the terminal reaches only ours, which then stops
 * the broker in order.
 */
async function spawnJava({ dataDir, port, controllerPort, advertised, heapMb }) {
  const folder = await jars();
  const config = path.join(dataDir, 'server.properties');
  writeFileSync(config, properties({ dataDir, port, controllerPort, advertised }));
  if (!existsSync(path.join(dataDir, 'log/meta.properties'))) {
    const id = randomBytes(16).toString('base64url').replace(/^-/, '_');
    const format = ['kafka.tools.StorageTool', 'format', '-t', id, '-c', config];
    const flags = ['-XX:TieredStopAtLevel=1', ...java(folder, 256), ...format];
    await run('java', flags, { timeout: FORMAT_TIMEOUT_MS });
  }
  const output = openSync(path.join(dataDir, 'kafka.log'), 'a');
  try {
    return spawn('java', [...java(folder, heapMb), 'kafka.Kafka', config], {
      detached: true,
      stdio: ['ignore', output, output],
    });
  } finally {
    closeSync(output);
  }
}

module.exports = { spawnJava, whyNoJava };
