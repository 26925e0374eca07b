import type { OpenSubject } from './ports';
import { choose } from './subject-sharing';

const open = (subject: string, feeCount: number, costCount: number): OpenSubject => ({
  ...{ platform: 'acc_a', mode: 'live', customerId: 'cust_a', sharedUpTo: null },
  ...{ subject, feeCount, costCount },
});
const chosen = (subjects: OpenSubject[], turn = 0): string[] =>
  choose(subjects, turn, 100).map(({ subject, eventsMax }) => `${subject.subject} ${eventsMax}`);

describe('choosing what to share in one transaction', () => {
  it('takes many small subjects whole', () =>
    expect(chosen([open('a', 5, 2), open('b', 10, 3)])).toEqual(['a 3', 'b 4']));

  it('takes a part of a large one alone', () =>
    expect(chosen([open('large', 50, 90)])).toEqual(['large 2']));

  it('shares at least one event, however many fees it is shared over', () =>
    expect(chosen([open('larger', 5_000, 90)])).toEqual(['larger 1']));

  it('passes over a large one while small ones fit', () =>
    expect(chosen([open('a', 5, 2), open('large', 50, 90), open('b', 10, 3)])).toEqual([
      'a 3',
      'b 4',
    ]));

  it('begins elsewhere at each turn, so that no large one waits for ever', () =>
    expect(chosen([open('a', 5, 2), open('large', 50, 90)], 1)).toEqual(['large 2']));
});
