/**
 * A distributed installation on this machine: PostgreSQL, Kafka, and every service as processes of
 * its own, started and stopped in order.
 */
const path = require('node:path');
const { startEmbeddedPostgres } = require('@kontor/postgres');
const { newSecret } = require('@kontor/ingestion-gateway');
const { startBroker } = require('../kafka/broker');
const { freePort, sleep } = require('../kafka/probe');
const { keptSecret, leave, randomSecret, takeOver, writeState } = require('./data-folder');
const { Keeper } = require('./keeper');
const { GATEWAY, mainOf, planCluster, SERVICES } = require('./plan');

const READY_MS_MAX = 120_000;
const POLL_MS = 200;

/**
 * options: dataDir; instances; firstPort (0: any free ones); env: where DATABASE_URL, KAFKA_BROKERS,
 *          KONTOR_API_KEY, KONTOR_TEST_API_KEY and KONTOR_INTERNAL_SECRET may come from;
 *          report(text).
 * Answers { processes, databaseUrl, brokers, stop() }; when a part fails, the others are stopped.
 */
async function startClusterHere(options) {
  const dataDir = path.resolve(options.dataDir);
  await takeOver(dataDir);
  const undo = [];
  const stop = once(async () => {
    for (const step of undo.reverse()) await step();
    leave(dataDir);
  });
  try {
    const parts = await startParts({ ...options, dataDir }, undo);
    const keepers = await startProcesses({ ...options, dataDir }, parts, undo);
    return { ...parts, ...keepers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** PostgreSQL and Kafka, unless the environment names others. */
async function startParts({ dataDir, env, report }, undo) {
  let { DATABASE_URL: databaseUrl, KAFKA_BROKERS: brokers } = env;
  if (!databaseUrl) {
    const postgres = await startEmbeddedPostgres(dataDir);
    undo.push(() => postgres.stop());
    databaseUrl = postgres.url;
  }
  if (!brokers) {
    report('Starting Apache Kafka ...');
    const broker = await startBroker({ dataDir: path.join(dataDir, 'kafka') });
    let isStopping = false;
    undo.push(() => {
      isStopping = true;
      return broker.stop();
    });
    void broker.exited.then((code) => {
      if (!isStopping) report(`Apache Kafka ended by itself (${code})`);
    });
    brokers = broker.brokers;
  }
  return { databaseUrl, brokers };
}

async function startProcesses({ dataDir, instances, firstPort, env, report }, parts, undo) {
  const plan = planCluster({
    ...parts,
    instances,
    ports: await portsFrom(firstPort, SERVICES.length * instances),
    secret: env.KONTOR_INTERNAL_SECRET || keptSecret(dataDir, 'internal-secret', randomSecret),
    env: {
      ...env,
      KONTOR_DATA_DIR: dataDir,
      KONTOR_API_KEY: env.KONTOR_API_KEY || keptSecret(dataDir, 'api-key', newSecret),
      KONTOR_TEST_API_KEY:
        env.KONTOR_TEST_API_KEY || keptSecret(dataDir, 'test-api-key', newSecret),
      DATABASE_URL: parts.databaseUrl,
      KAFKA_BROKERS: parts.brokers,
    },
  });
  const processes = plan.map((each) => {
    const logFile = path.join(dataDir, 'logs', `${each.name}.log`);
    const main = mainOf(each.service);
    const keeper = new Keeper({ ...each, main, logFile, report, started: () => remember() });
    return { ...each, logFile, keeper };
  });
  // For the next start, should this one be killed with -9.
  const remember = () =>
    writeState(
      dataDir,
      processes.flatMap(({ keeper }) => keeper.pid ?? []),
    );
  const stopAll = (chosen) => Promise.all(chosen.map(({ keeper }) => keeper.stop()));
  // The gateways first: then nothing new comes while the others finish what they have.
  undo.push(() => stopAll(processes.filter(({ service }) => service !== GATEWAY)));
  undo.push(() => stopAll(processes.filter(({ service }) => service === GATEWAY)));
  report(`Starting ${processes.length} processes ...`);
  for (const { keeper } of processes) keeper.start();
  await Promise.all(processes.map(untilReady));
  return { processes };
}

async function portsFrom(first, count) {
  const ports = [];
  for (let index = 0; index < count; index += 1) {
    const wanted = first === 0 ? 0 : first + index;
    let port = await freePort(wanted);
    while (wanted === 0 && ports.includes(port)) port = await freePort();
    if (wanted !== 0 && port !== wanted)
      throw new Error(`port ${wanted} is in use: take others with --port`);
    ports.push(port);
  }
  return ports;
}

/** Errors: throws with the end of the log when it ends or does not become ready. */
async function untilReady({ name, url, logFile, keeper }) {
  const deadline = Date.now() + READY_MS_MAX;
  for (;;) {
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.status === 200) return;
    if (keeper.ended !== undefined || Date.now() > deadline)
      throw new Error(
        `${name} does not start; the end of ${logFile}:\n${keeper.tail().join('\n')}`,
      );
    await sleep(POLL_MS);
  }
}

const once = (work) => {
  let done;
  return () => (done ??= work());
};

module.exports = { startClusterHere };
