/**
 * What a person sees when the server is up: where it answers, with which key, and a first request.
 */
import type { FirstKey } from '@kontor/ingestion-gateway';
import { keyFile, type KeyMode } from './data-folder';

export interface BannerFacts {
  readonly url: string;
  readonly dataDir: string;
  readonly embeddedDatabase: boolean;
  readonly kafkaBrokers: readonly string[] | undefined;
  readonly keys: Readonly<Record<KeyMode, FirstKey>>;
}

/** A key is shown only in the start that made it. */
export function bannerOf(facts: BannerFacts): string {
  const { url, dataDir } = facts;
  return `
Kontor is running.

  API        ${url}
  Health     ${url}/health/ready
  Metrics    ${url}/metrics
  OpenAPI    ${url}/openapi.json
  Database   ${facts.embeddedDatabase ? `embedded PostgreSQL under ${dataDir}` : 'DATABASE_URL'}
  Bus        ${facts.kafkaBrokers ? `Kafka at ${facts.kafkaBrokers.join(', ')}` : 'the logs in PostgreSQL'}
  Live key   ${keyLine(facts, 'live', 'KONTOR_API_KEY')}
  Test key   ${keyLine(facts, 'test', 'KONTOR_TEST_API_KEY')}

Try it:

  curl -s ${url}/accounts/self -H "Authorization: Bearer ${keyExpression(facts)}"

`;
}

function keyLine({ dataDir, keys }: BannerFacts, mode: KeyMode, variable: string): string {
  const { origin, secret } = keys[mode];
  const file = keyFile(dataDir, mode);
  switch (origin) {
    case 'environment':
      return `from ${variable}`;
    case 'generated':
      return `${secret ?? ''}  (kept in ${file})`;
    case 'kept':
      return `in ${file}`;
    case 'stored':
      return 'made at an earlier start';
  }
}

const keyExpression = ({ dataDir, keys }: BannerFacts): string =>
  keys.live.origin === 'environment'
    ? '$KONTOR_API_KEY'
    : `\${KONTOR_API_KEY:-$(cat "${keyFile(dataDir, 'live')}")}`;
