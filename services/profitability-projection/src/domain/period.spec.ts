import fc from 'fast-check';
import { partsOf, type Period } from './period';

const at = (text: string): string => `2026-${text}`;
const MIDNIGHT = 'T00:00:00.000000Z';
const NOON = 'T12:00:00.000000Z';

describe('the parts of a period', () => {
  it.each<[string, Period, ReturnType<typeof partsOf>]>([
    [
      'all time is all days',
      { from: undefined, to: undefined },
      { days: { from: '-infinity', to: 'infinity' }, edges: [] },
    ],
    [
      'days need no detail',
      { from: at(`01-01${MIDNIGHT}`), to: at(`02-01${MIDNIGHT}`) },
      { days: { from: at('01-01'), to: at('02-01') }, edges: [] },
    ],
    [
      'instants leave a part of a day at each end',
      { from: at(`01-01${NOON}`), to: at(`01-04${NOON}`) },
      {
        days: { from: at('01-02'), to: at('01-04') },
        edges: [
          { from: at(`01-01${NOON}`), to: at(`01-02${MIDNIGHT}`) },
          { from: at(`01-04${MIDNIGHT}`), to: at(`01-04${NOON}`) },
        ],
      },
    ],
    [
      'a part of one day has no whole day',
      { from: at(`01-01${NOON}`), to: at('01-01T13:00:00.000000Z') },
      {
        days: undefined,
        edges: [{ from: at(`01-01${NOON}`), to: at('01-01T13:00:00.000000Z') }],
      },
    ],
    [
      'over midnight there may be no whole day either',
      { from: at(`01-31${NOON}`), to: at(`02-01${NOON}`) },
      {
        days: undefined,
        edges: [
          { from: at(`01-31${NOON}`), to: at(`02-01${MIDNIGHT}`) },
          { from: at(`02-01${MIDNIGHT}`), to: at(`02-01${NOON}`) },
        ],
      },
    ],
    [
      'without an end the rest is whole days',
      { from: at(`12-31${NOON}`), to: undefined },
      {
        days: { from: '2027-01-01', to: 'infinity' },
        edges: [{ from: at(`12-31${NOON}`), to: `2027-01-01${MIDNIGHT}` }],
      },
    ],
    [
      'the last day there is ends with time itself',
      { from: `9999-12-31${NOON}`, to: undefined },
      {
        days: { from: 'infinity', to: 'infinity' },
        edges: [{ from: `9999-12-31${NOON}`, to: 'infinity' }],
      },
    ],
  ])('%s', (_name, period, parts) => expect(partsOf(period)).toEqual(parts));

  it('cover each instant of the period once, and none outside', () => {
    const instant = fc
      .integer({ min: 0, max: 96 })
      .map((quarter) => new Date(Date.UTC(2026, 1, 26) + quarter * 3_600_000).toISOString())
      .map((text) => text.replace('.000Z', '.000000Z'));
    fc.assert(
      fc.property(fc.option(instant), fc.option(instant), instant, (first, end, moment) => {
        const period = { from: first ?? undefined, to: end ?? undefined };
        const { days, edges } = partsOf(period);
        const day = moment.slice(0, 10);
        const inDays =
          days !== undefined &&
          (days.from === '-infinity' || days.from <= day) &&
          (days.to === 'infinity' || day < days.to);
        const inEdges = edges.filter(({ from, to }) => from <= moment && moment < to).length;
        const inside = (first === null || first <= moment) && (end === null || moment < end);
        expect(Number(inDays) + inEdges).toBe(Number(inside));
      }),
      { numRuns: 1_000 },
    );
  });
});
