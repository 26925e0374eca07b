/**
 * The whole configuration, read from the environment once and checked at boot. A value that makes
 * no sense stops the start with its variable's name, instead of failing later somewhere else.
 *
 * docs/reference/config.md is made from `CONFIG_VARIABLES`.
 */
import type { ServiceUrls } from './instances';
import type { LogLevel } from './logger';

export interface KontorConfig {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly apiKey: string | undefined;
  readonly testApiKey: string | undefined;
  /** ISO 4217 code, upper-case: what stats are shown in. */
  readonly reportingCurrency: string;
  /** Signs the context between gateway and services; required when distributed. */
  readonly internalSecret: string | undefined;
  /** Undefined = embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** Undefined = consumers tail the local logs in PostgreSQL. */
  readonly kafkaBrokers: readonly string[] | undefined;
  /** Stands before the names of topics and consumer groups. */
  readonly kafkaPrefix?: string | undefined;
  /** Where the other services' processes answer, by name; undefined when all run in this one. */
  readonly serviceUrls: ServiceUrls | undefined;
  readonly logLevel: LogLevel;
  /** Where spans are sent; nothing is traced without it. */
  readonly otlpEndpoint?: string | undefined;
  readonly otlpHeaders?: Readonly<Record<string, string>> | undefined;
  /** How long the money of an expired authorization still waits for usage accepted in time. */
  readonly holdGraceMs: number;
}

/** The caller prints the message and exits with status 1. */
export class ConfigError extends Error {
  readonly code = 'config_invalid';
  readonly retriable = false;
  constructor(
    readonly variable: string,
    problem: string,
  ) {
    super(`${variable}: ${problem}`);
  }
}

export interface ConfigVariable {
  readonly name: string;
  /** As a reader sees it: a value, or what happens without one. */
  readonly fallback: string;
  readonly meaning: string;
}

export const CONFIG_VARIABLES: readonly ConfigVariable[] = [
  { name: 'PORT', fallback: '8080', meaning: 'TCP port of the HTTP API; 0 takes a free one.' },
  { name: 'HOST', fallback: '127.0.0.1', meaning: 'Address that the HTTP API listens on.' },
  {
    name: 'KONTOR_DATA_DIR',
    fallback: '.kontor',
    meaning: 'Folder of the embedded PostgreSQL and of the API keys that were generated.',
  },
  {
    name: 'KONTOR_API_KEY',
    fallback: 'generated at first start',
    meaning:
      'Live key of the first platform, with all scopes. A generated one is kept in the data dir with mode 0600 and printed once; a given one is never printed.',
  },
  {
    name: 'KONTOR_TEST_API_KEY',
    fallback: 'generated at first start',
    meaning: 'Test key of the first platform, with all scopes.',
  },
  {
    name: 'KONTOR_REPORTING_CURRENCY',
    fallback: 'USD',
    meaning: 'ISO 4217 code of the currency that stats are shown in.',
  },
  {
    name: 'KONTOR_HOLD_GRACE_S',
    fallback: '60',
    meaning:
      'Seconds for which the money of an expired authorization stays held, for usage accepted in time.',
  },
  {
    name: 'KONTOR_INTERNAL_SECRET',
    fallback: 'none; needed when services run in several processes',
    meaning:
      'Signs the context between the gateway and the services: the same text of at least 16 characters in every process.',
  },
  {
    name: 'DATABASE_URL',
    fallback: 'an embedded PostgreSQL under the data dir',
    meaning: 'PostgreSQL to use, like `postgres://user:password@host:5432/kontor`.',
  },
  {
    name: 'KAFKA_BROKERS',
    fallback: 'none; services read each other’s logs in PostgreSQL',
    meaning: 'Apache Kafka brokers, `host:port` separated by commas.',
  },
  {
    name: 'KONTOR_KAFKA_PREFIX',
    fallback: 'none',
    meaning:
      'Stands before the names of topics and consumer groups, so that installations can share a Kafka cluster, like `staging.`.',
  },
  {
    name: 'KONTOR_SERVICES',
    fallback: 'none; all services run in this process',
    meaning:
      'Where the other services answer, like `catalog=http://10.0.0.2:8081,rating=http://10.0.0.3:8082`. A service with several processes is named once for each: `rating=http://10.0.0.3:8082,rating=http://10.0.0.4:8082`.',
  },
  {
    name: 'LOG_LEVEL',
    fallback: 'info',
    meaning: 'debug, info, warn, error or silent; JSON lines on standard error.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    fallback: 'none; nothing is traced',
    meaning:
      'OpenTelemetry collector that gets spans by OTLP/HTTP with JSON, like `http://collector:4318`.',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    fallback: 'none',
    meaning: 'Headers for the collector, like `authorization=Bearer%20abc,x-team=billing`.',
  },
];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks the environment. An empty variable counts as not set.
 *
 * Errors: ConfigError names the first variable that is wrong.
 */
export function readConfig(environment: Environment = process.env): KontorConfig {
  const read = <T>(name: string, parse: (text: string, name: string) => T): T | undefined => {
    const text = environment[name]?.trim();
    return text ? parse(text, name) : undefined;
  };
  const config: KontorConfig = {
    port: read('PORT', parsePort) ?? 8080,
    host: read('HOST', parseHost) ?? '127.0.0.1',
    dataDir: read('KONTOR_DATA_DIR', (text) => text) ?? '.kontor',
    apiKey: read('KONTOR_API_KEY', parseKey),
    testApiKey: read('KONTOR_TEST_API_KEY', parseKey),
    reportingCurrency: read('KONTOR_REPORTING_CURRENCY', parseCurrency) ?? 'USD',
    internalSecret: read('KONTOR_INTERNAL_SECRET', parseSecret),
    databaseUrl: read('DATABASE_URL', parseDatabaseUrl),
    kafkaBrokers: read('KAFKA_BROKERS', parseBrokers),
    kafkaPrefix: read('KONTOR_KAFKA_PREFIX', parsePrefix),
    serviceUrls: read('KONTOR_SERVICES', parseServices),
    logLevel: read('LOG_LEVEL', parseLevel) ?? 'info',
    otlpEndpoint: read('OTEL_EXPORTER_OTLP_ENDPOINT', parseHttpUrl),
    otlpHeaders: read('OTEL_EXPORTER_OTLP_HEADERS', parseHeaders),
    holdGraceMs: read('KONTOR_HOLD_GRACE_S', parseSeconds) ?? HOLD_GRACE_MS,
  };
  checkTogether(config);
  return config;
}

function checkTogether(config: KontorConfig): void {
  if (config.apiKey !== undefined && config.apiKey === config.testApiKey)
    throw new ConfigError('KONTOR_TEST_API_KEY', 'must differ from KONTOR_API_KEY');
  if (config.serviceUrls && config.internalSecret === undefined)
    throw new ConfigError(
      'KONTOR_INTERNAL_SECRET',
      'is needed with KONTOR_SERVICES: it signs what the processes ask each other',
    );
}

const PORT_MAX = 65_535;

/** Longer than usage takes from its acceptance to its rating, on a slow day. */
const HOLD_GRACE_MS = 60_000;
const GRACE_S_MAX = 86_400;

function parseSeconds(text: string, name: string): number {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= GRACE_S_MAX) return seconds * 1_000;
  throw new ConfigError(name, `expected seconds from 0 to ${GRACE_S_MAX}, got "${text}"`);
}

function parsePort(text: string, name: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= PORT_MAX) return port;
  throw new ConfigError(name, `expected a port from 0 to ${PORT_MAX}, got "${text}"`);
}

function parseHost(text: string, name: string): string {
  if (/^[A-Za-z0-9.:_-]+$/.test(text)) return text;
  throw new ConfigError(name, `expected a host name or IP address, got "${text}"`);
}

/** The value itself is never in the message: it is a secret. */
function parseKey(text: string, name: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(text)) return text;
  throw new ConfigError(name, 'expected 1 to 255 visible ASCII characters without spaces');
}

const SECRET_CHARACTERS_MIN = 16;

function parseSecret(text: string, name: string): string {
  if (text.length >= SECRET_CHARACTERS_MIN) return text;
  throw new ConfigError(name, `expected at least ${SECRET_CHARACTERS_MIN} characters`);
}

function parseCurrency(text: string, name: string): string {
  const currency = text.toUpperCase();
  if (Intl.supportedValuesOf('currency').includes(currency)) return currency;
  throw new ConfigError(name, `expected an ISO 4217 currency code like USD, got "${text}"`);
}

/** With the longest topic it stays under Kafka's 249 characters. */
function parsePrefix(text: string, name: string): string {
  if (/^[A-Za-z0-9._-]{1,100}$/.test(text)) return text;
  throw new ConfigError(name, 'expected 1 to 100 letters, digits, dots, dashes or underscores');
}

function parseDatabaseUrl(text: string, name: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^postgres(ql)?:$/.test(url.protocol)) return text;
  // The value is not repeated: it may hold a password.
  throw new ConfigError(name, 'expected a URL like postgres://user:password@host:5432/kontor');
}

function parseBrokers(text: string, name: string): readonly string[] {
  const brokers = text.split(',').map((broker) => broker.trim());
  for (const broker of brokers)
    if (!/^[^\s:,/]+:\d{1,5}$/.test(broker) && !/^\[[0-9A-Fa-f:]+\]:\d{1,5}$/.test(broker))
      throw new ConfigError(name, `expected host:port separated by commas, got "${broker}"`);
  return brokers;
}

function parseServices(text: string, name: string): ServiceUrls {
  const services: Record<string, string[]> = {};
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    const service = part.slice(0, Math.max(equals, 0)).trim();
    const url = part.slice(equals + 1).trim();
    if (!/^[a-z][a-z-]*$/.test(service) || !isHttpUrl(url))
      throw new ConfigError(name, `expected service=http://host:port, got "${part.trim()}"`);
    const known = (services[service] ??= []);
    const address = url.replace(/\/+$/, '');
    if (known.includes(address)) throw new ConfigError(name, `names ${service}=${address} twice`);
    known.push(address);
  }
  return services;
}

const isHttpUrl = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

function parseHttpUrl(text: string, name: string): string {
  if (isHttpUrl(text)) return text.replace(/\/+$/, '');
  throw new ConfigError(name, `expected a URL like http://host:4318, got "${text}"`);
}

/** The values are not repeated in a message: they are secrets. */
function parseHeaders(text: string, name: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const part of text.split(',')) {
    const match = /^\s*([A-Za-z0-9-]+)=(.*?)\s*$/.exec(part);
    if (!match?.[1]) throw new ConfigError(name, 'expected name=value separated by commas');
    headers[match[1].toLowerCase()] = decodeURIComponent(match[2] ?? '');
  }
  return headers;
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];

function parseLevel(text: string, name: string): LogLevel {
  const level = LEVELS.find((known) => known === text.toLowerCase());
  if (level) return level;
  throw new ConfigError(name, `expected one of ${LEVELS.join(', ')}, got "${text}"`);
}
