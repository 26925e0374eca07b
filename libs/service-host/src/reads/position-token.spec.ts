import { parsePositionToken } from './position-token';

describe('a position token', () => {
  it('is what writes answer, several joined by commas, the higher position of a partition', () => {
    expect(
      parsePositionToken('usage.recorded.v1:3:7, catalog.v1:0:2,usage.recorded.v1:3:9'),
    ).toEqual([
      { topic: 'usage.recorded.v1', partition: 3, position: 9 },
      { topic: 'catalog.v1', partition: 0, position: 2 },
    ]);
  });

  it.each([
    [''],
    [','],
    ['usage.recorded.v1'],
    ['usage.recorded.v1:1'],
    ['usage.recorded.v1:1:2:3'],
    ['usage.recorded.v1:-1:2'],
    ['usage.recorded.v1:1:2.5'],
    ['usage.recorded.v1:1:1e3'],
    ['usage.recorded.v1:8:1'],
    ['catalog.v1:1:1'],
    ['usage.recorded.v1:1:9999999999999999'],
    ['nothing.v1:0:1'],
    // Not facts: nobody answers positions of these.
    ['usage.ingest.v1:0:1'],
    ['usage.ingest.v1.dlq:0:1'],
    ['x'.repeat(5_000)],
    [Array.from({ length: 65 }, (_, index) => `catalog.v1:0:${index}`).join(',')],
  ])('is nothing else: %s', (text) => {
    expect(() => parsePositionToken(text)).toThrow(
      expect.objectContaining({ status: 422, code: 'invalid_position' }),
    );
  });
});
