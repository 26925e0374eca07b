/**
 * Which processes a distributed installation on one machine has, and what each is told.
 *
 * `npm run cluster` and the tests of the distributed deployment both start what is planned here.
 */
const path = require('node:path');

const GATEWAY = 'ingestion-gateway';
/** In the order of their ports. */
const SERVICES = [
  GATEWAY,
  'catalog',
  'rating',
  'wallet-ledger',
  'cost-attribution',
  'profitability-projection',
];

const root = path.resolve(__dirname, '../..');

/** The file that a process of the service runs. */
const mainOf = (service) => path.join(root, 'services', service, 'dist/main.js');

/**
 * options: instances  processes a service;
 *          ports      one for each process, service by service;
 *          databaseUrl, brokers ('host:port,...'), secret; prefix of topics and groups;
 *          env        more variables, for all of them.
 * Answers [{ name: 'rating-2', service, port, url, env }], gateways first.
 */
function planCluster({ instances, ports, databaseUrl, brokers, secret, prefix, env = {} }) {
  const processes = SERVICES.flatMap((service) =>
    Array.from({ length: instances }, (_, index) => ({ service, name: `${service}-${index + 1}` })),
  ).map((process, index) => {
    const port = ports[index];
    return { ...process, port, url: `http://127.0.0.1:${port}` };
  });
  const shared = {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers,
    KONTOR_INTERNAL_SECRET: secret,
    KONTOR_SERVICES: processes.map(({ service, url }) => `${service}=${url}`).join(','),
    KAFKAJS_NO_PARTITIONER_WARNING: '1',
    ...(prefix && { KONTOR_KAFKA_PREFIX: prefix }),
    ...env,
  };
  return processes.map((each) => ({ ...each, env: { ...shared, PORT: String(each.port) } }));
}

module.exports = { GATEWAY, SERVICES, mainOf, planCluster };
