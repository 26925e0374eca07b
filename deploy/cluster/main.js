/**
 * `npm run cluster [-- --instances 2] [--port 8080] [--data-dir DIR]`: every service as processes of
 * its own over one PostgreSQL and one Apache Kafka, in the foreground until Ctrl-C.
 */
const path = require('node:path');
const { parseArgs } = require('node:util');
const { startClusterHere } = require('./cluster');
const { GATEWAY } = require('./plan');

const INSTANCES_MAX = 8;

function readOptions() {
  const { values } = parseArgs({
    options: {
      instances: { type: 'string', default: '2' },
      port: { type: 'string', default: process.env.PORT || '8080' },
      'data-dir': { type: 'string', default: process.env.KONTOR_DATA_DIR || '.kontor' },
    },
  });
  return {
    instances: wholeNumber('--instances', values.instances, 1, INSTANCES_MAX),
    firstPort: wholeNumber('--port', values.port, 0, 65_000),
    dataDir: values['data-dir'],
  };
}

function wholeNumber(name, text, min, max) {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`${name}: expected ${min} to ${max}, got "${text}"`);
}

/** Of our environment what services read: a stray variable must not reach them by accident. */
const environment = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) =>
      /^(PATH|HOME|NODE_OPTIONS|LOG_LEVEL|HOST|DATABASE_URL|KAFKA_BROKERS|KONTOR_.*|OTEL_.*)$/.test(
        name,
      ),
    ),
  );

function describe({ processes, databaseUrl, brokers }, dataDir) {
  const { username, hostname, port, pathname } = new URL(databaseUrl);
  const lines = processes.map(
    ({ name, url, keeper, logFile }) =>
      `  ${name.padEnd(28)} ${url.padEnd(24)} ${String(keeper.pid).padEnd(8)} ${path.relative('.', logFile)}`,
  );
  const [first] = processes.filter(({ service }) => service === GATEWAY);
  return [
    '',
    'Kontor is running, each service as processes of its own.',
    '',
    `  ${'process'.padEnd(28)} ${'address'.padEnd(24)} ${'pid'.padEnd(8)} log`,
    ...lines,
    '',
    `  PostgreSQL  ${username}@${hostname}:${port}${pathname}`,
    `  Kafka       ${brokers}`,
    `  API key     in ${path.join(dataDir, 'api-key')} (unless KONTOR_API_KEY is set)`,
    '',
    `Try it:  curl -s ${first.url}/accounts/self -H "Authorization: Bearer $(cat ${path.join(dataDir, 'api-key')})"`,
    'Ctrl-C stops everything in order.',
    '',
  ].join('\n');
}

async function main() {
  const options = readOptions();
  const report = (text) => console.error(text);
  const starting = startClusterHere({ ...options, env: environment(), report });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    report('Stopping: gateways, services, Kafka, PostgreSQL ...');
    starting
      .then((cluster) => cluster.stop())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  const cluster = await starting;
  if (!stopping) console.log(describe(cluster, options.dataDir));
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
