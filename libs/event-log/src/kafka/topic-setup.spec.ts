import { TOPICS } from '@kontor/contracts';
import { configOf } from './topic-setup';

const configured = (name: string): Record<string, string> => {
  const topic = TOPICS.find((each) => each.name === name)!;
  return Object.fromEntries(configOf(topic).map((entry) => [entry.name, entry.value]));
};

describe('topics on Kafka', () => {
  it('keep facts for ever: no retention, no compaction', () => {
    for (const { name, inbound, raw } of TOPICS) {
      if (inbound || raw) continue;
      expect(configured(name)).toMatchObject({
        'cleanup.policy': 'delete',
        'retention.ms': '-1',
        'retention.bytes': '-1',
      });
    }
  });

  it('keep inbound and refused items for their days', () => {
    expect(configured('usage.ingest.v1')['retention.ms']).toBe('604800000');
    expect(configured('usage.ingest.v1.dlq')['retention.ms']).toBe('2592000000');
  });

  it('unpack what producers compressed, with whatever codec', () =>
    expect(configured('usage.ingest.v1')['compression.type']).toBe('uncompressed'));
});
