import { dimensionTexts, indexBlocks, matchBlock } from './dimensions';

const row = (name: string, dimensions?: Record<string, string>) => ({
  source: { name, value: {}, ...(dimensions && { dimensions }) },
});
const winner = (
  rows: readonly ReturnType<typeof row>[],
  data: Record<string, unknown>,
  billable = ['model', 'speed'],
): string | undefined =>
  matchBlock(indexBlocks(rows, billable), dimensionTexts(data, billable))?.source.name;

describe('dimensions: what a row matches', () => {
  const rows = [
    row('fast', { speed: 'fast' }),
    row('regular', { speed: 'regular' }),
    row('default', { speed: '*' }),
  ];

  it('takes the row whose value equals the event’s', () =>
    expect(winner(rows, { speed: 'fast' }, ['speed'])).toBe('fast'));

  it('falls back to the star row for an unknown value', () =>
    expect(winner(rows, { speed: 'warp' }, ['speed'])).toBe('default'));

  it('gives an event without the dimension only the star row', () => {
    expect(winner(rows, {}, ['speed'])).toBe('default');
    expect(winner(rows.slice(0, 2), {}, ['speed'])).toBeUndefined();
  });

  it('matches nothing when no row takes the value', () =>
    expect(winner([row('fast', { speed: 'fast' })], { speed: 'Fast' }, ['speed'])).toBeUndefined());

  it.each([
    ['a number', 720, '720'],
    ['a fraction', 0.5, '0.5'],
    ['a boolean', true, 'true'],
    ['a text', '720', '720'],
  ])('compares %s by its JSON text', (_, sent, wanted) =>
    expect(winner([row('hit', { speed: wanted })], { speed: sent }, ['speed'])).toBe('hit'),
  );

  it.each([
    ['null', null],
    ['an object', { a: 1 }],
    ['a list', ['fast']],
  ])('treats %s like a missing dimension', (_, sent) => {
    expect(winner(rows, { speed: sent }, ['speed'])).toBe('default');
  });

  it('takes an event’s own star as a plain text', () => {
    expect(winner(rows, { speed: '*' }, ['speed'])).toBe('default');
    expect(winner(rows.slice(0, 2), { speed: '*' }, ['speed'])).toBeUndefined();
  });

  it('sees only own members of data', () =>
    expect(
      winner([row('hit', { constructor: 'x' }), row('any')], {}, ['constructor', '__proto__']),
    ).toBe('any'));

  it('keeps values with separators apart', () =>
    expect(
      winner([row('ab-c', { model: 'ab', speed: 'c' })], { model: 'a', speed: 'bc' }),
    ).toBeUndefined());
});

describe('dimensions: which row wins', () => {
  it('prefers the most concrete row', () =>
    expect(
      winner(
        [row('any'), row('model', { model: 'x' }), row('both', { model: 'x', speed: 'fast' })],
        { model: 'x', speed: 'fast' },
      ),
    ).toBe('both'));

  it('breaks a tie by the leftmost concrete billable dimension', () => {
    const rows = [row('by speed', { speed: 'fast' }), row('by model', { model: 'x' })];
    const data = { model: 'x', speed: 'fast' };
    expect(winner(rows, data, ['model', 'speed'])).toBe('by model');
    expect(winner(rows, data, ['speed', 'model'])).toBe('by speed');
  });

  it('lets a left-out dimension and a star mean the same', () =>
    expect(winner([row('hit', { model: '*', speed: 'fast' })], { speed: 'fast' })).toBe('hit'));
});
