import { readFileSync } from 'node:fs';
import path from 'node:path';
import { configReference } from './reference';
import { ConfigError, readConfig } from './config';

describe('the configuration', () => {
  it('has sensible values when nothing is set', () => {
    expect(readConfig({})).toEqual({
      port: 8080,
      host: '127.0.0.1',
      dataDir: '.kontor',
      apiKey: undefined,
      testApiKey: undefined,
      reportingCurrency: 'USD',
      internalSecret: undefined,
      databaseUrl: undefined,
      kafkaBrokers: undefined,
      serviceUrls: undefined,
      logLevel: 'info',
      holdGraceMs: 60_000,
    });
  });

  it('takes what is set; empty is not set', () => {
    const config = readConfig({
      PORT: '0',
      HOST: '::1',
      KONTOR_API_KEY: ' key_live ',
      KONTOR_TEST_API_KEY: '',
      KONTOR_REPORTING_CURRENCY: 'eur',
      KONTOR_INTERNAL_SECRET: 'sixteen characters',
      DATABASE_URL: 'postgres://kontor:pass@db/kontor',
      KAFKA_BROKERS: 'a:9092, [::1]:9093',
      KONTOR_SERVICES:
        'catalog=http://127.0.0.1:8081/, wallet-ledger=https://ledger,catalog=http://[::1]:8082',
      LOG_LEVEL: 'WARN',
      KONTOR_HOLD_GRACE_S: '5',
    });
    expect(config).toMatchObject({
      port: 0,
      host: '::1',
      apiKey: 'key_live',
      testApiKey: undefined,
      reportingCurrency: 'EUR',
      kafkaBrokers: ['a:9092', '[::1]:9093'],
      serviceUrls: {
        catalog: ['http://127.0.0.1:8081', 'http://[::1]:8082'],
        'wallet-ledger': ['https://ledger'],
      },
      logLevel: 'warn',
      holdGraceMs: 5_000,
    });
  });

  it.each([
    [{ PORT: 'http' }, 'PORT'],
    [{ PORT: '65536' }, 'PORT'],
    [{ PORT: '-1' }, 'PORT'],
    [{ KONTOR_HOLD_GRACE_S: '1.5' }, 'KONTOR_HOLD_GRACE_S'],
    [{ KONTOR_HOLD_GRACE_S: '86401' }, 'KONTOR_HOLD_GRACE_S'],
    [{ HOST: 'a b' }, 'HOST'],
    [{ KONTOR_API_KEY: 'with space' }, 'KONTOR_API_KEY'],
    [{ KONTOR_API_KEY: 'same', KONTOR_TEST_API_KEY: 'same' }, 'KONTOR_TEST_API_KEY'],
    [{ KONTOR_REPORTING_CURRENCY: 'dollars' }, 'KONTOR_REPORTING_CURRENCY'],
    [{ KONTOR_REPORTING_CURRENCY: 'XYQ' }, 'KONTOR_REPORTING_CURRENCY'],
    [{ KONTOR_INTERNAL_SECRET: 'short' }, 'KONTOR_INTERNAL_SECRET'],
    [{ DATABASE_URL: 'mysql://db' }, 'DATABASE_URL'],
    [{ DATABASE_URL: 'db' }, 'DATABASE_URL'],
    [{ KAFKA_BROKERS: 'localhost' }, 'KAFKA_BROKERS'],
    [{ KONTOR_KAFKA_PREFIX: 'a b' }, 'KONTOR_KAFKA_PREFIX'],
    [{ KONTOR_SERVICES: 'catalog' }, 'KONTOR_SERVICES'],
    [{ KONTOR_SERVICES: 'catalog=ftp://x' }, 'KONTOR_SERVICES'],
    [{ KONTOR_SERVICES: 'catalog=http://x,catalog=http://x/' }, 'KONTOR_SERVICES'],
    [{ KONTOR_SERVICES: 'catalog=http://x' }, 'KONTOR_INTERNAL_SECRET'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
  ])('refuses %j by the variable’s name', (environment, variable) => {
    const read = (): unknown => readConfig(environment as Record<string, string>);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(new RegExp(`^${variable}: `));
  });

  it('never repeats a secret in a message', () => {
    for (const [name, value] of [
      ['KONTOR_API_KEY', 'hush hush'],
      ['KONTOR_INTERNAL_SECRET', 'hush'],
      ['DATABASE_URL', 'mysql://u:hush@db'],
    ] as const)
      expect(() => readConfig({ [name]: value })).toThrow(/^(?!.*hush)/);
  });

  it('is documented as it is', () => {
    const file = path.resolve(__dirname, '../../../docs/reference/config.md');
    expect(readFileSync(file, 'utf8')).toBe(configReference());
  });
});
