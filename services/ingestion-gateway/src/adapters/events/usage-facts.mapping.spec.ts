import { usageRefused } from './usage-facts.mapping';

const item = {
  tenant: { platform: 'acc_1', mode: 'test' } as const,
  source: { topic: 'usage.ingest.v1', partition: 3, offset: 41 },
  recordKey: Buffer.from('k'),
  headers: new Map([['trace', 't\0\ud800']]),
  value: Buffer.from('{'),
  code: 'malformed_json',
  detail: 'no JSON',
};

describe('a refused item', () => {
  it('goes as it was received, with the reason and the place in headers', () => {
    expect(usageRefused(item)).toEqual({
      type: 'usage.refused',
      platform: 'acc_1',
      mode: 'test',
      key: 'usage.ingest.v1/3',
      recordKey: Buffer.from('k').toString('base64'),
      value: Buffer.from('{').toString('base64'),
      headers: {
        trace: 't\ufffd\ufffd',
        'kontor-error-code': 'malformed_json',
        'kontor-error-detail': 'no JSON',
        'kontor-source': 'usage.ingest.v1/3/41',
      },
    });
  });

  it('is cut at 256 KiB, and says so', () => {
    const { value, headers } = usageRefused({ ...item, value: Buffer.alloc(300 * 1024, 'x') });
    expect(Buffer.from(value ?? '', 'base64')).toHaveLength(256 * 1024);
    expect(headers['kontor-error-truncated']).toBe('true');
  });

  it('fits into a record, whatever its headers and key are', () => {
    const hostile = usageRefused({
      ...item,
      value: Buffer.alloc(1024 * 1024, 'x'),
      recordKey: Buffer.alloc(1024 * 1024),
      headers: new Map([['big', '\u0001'.repeat(1024 * 1024)]]),
      detail: '\u0001'.repeat(100_000),
    });
    expect(JSON.stringify([hostile]).length).toBeLessThan(512 * 1024);
  });

  it('without value, key or known platform is still an item', () => {
    const bare = usageRefused({ ...item, tenant: undefined, value: null, recordKey: null });
    expect(bare).toMatchObject({ platform: 'unknown', value: null });
    expect('recordKey' in bare).toBe(false);
  });
});
