/**
 * `npm run kafka [-- --port 9092] [--data-dir DIR]`: a broker in the foreground until Ctrl-C.
 *
 * Prints one line for eval and scripts, `KAFKA_BROKERS=127.0.0.1:<port>`, when it can be used.
 */
const path = require('node:path');
const { parseArgs } = require('node:util');
const { findRuntime, startBroker } = require('./broker');
const { isAlive } = require('./probe');

const WATCH_MS = 1_000;

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'data-dir': { type: 'string' },
    advertised: { type: 'string' },
    /** Ends with this process: for a run of tests that is killed. */
    'owner-pid': { type: 'string' },
    runtime: { type: 'string' },
    /** Only says which runtime there is, or why none: one line of JSON. */
    check: { type: 'boolean' },
  },
});

function addressOf(text) {
  if (!text) return undefined;
  const [host, port] = text.split(':');
  return { host, port: Number(port) };
}

async function main() {
  if (values.check) return console.log(JSON.stringify(await findRuntime()));
  const kontorDir = process.env.KONTOR_DATA_DIR || path.resolve(__dirname, '../../.kontor');
  const dataDir = values['data-dir'] || path.join(kontorDir, 'kafka');
  const starting = startBroker({
    dataDir,
    port: Number(values.port || 0),
    advertised: addressOf(values.advertised),
    runtime: values.runtime,
  });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void starting.then((broker) => broker.stop()).then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  const broker = await starting;
  void broker.exited.then((code) => {
    if (stopping) return;
    console.error(`Apache Kafka ended by itself (exit status ${code}); see ${dataDir}/kafka.log`);
    process.exit(1);
  });
  const owner = Number(values['owner-pid'] || 0);
  if (owner) setInterval(() => isAlive(owner) || stop(), WATCH_MS);
  console.log(`KAFKA_BROKERS=${broker.brokers}`);
  console.error(`Apache Kafka (${broker.runtime}), data in ${dataDir}; Ctrl-C stops it`);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
