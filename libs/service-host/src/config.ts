import type { LogLevel } from './logger';

/** The whole configuration, read and checked once at boot. Documented in docs/reference/config.md. */
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
  /** Where the other services answer, by name; undefined when all run in this process. */
  readonly serviceUrls: Readonly<Record<string, string>> | undefined;
  readonly logLevel: LogLevel;
}
