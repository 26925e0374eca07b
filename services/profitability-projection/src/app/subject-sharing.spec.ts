import type { OpenSubject } from './ports';
import { choose } from './subject-sharing';

const open = (subject: string, feeCount: number): OpenSubject => ({
  ...{ platform: 'acc_a', mode: 'live', customerId: 'cust_a', sharedUpTo: null },
  ...{ subject, feeCount },
});
const chosen = (subjects: OpenSubject[], turn = 0): string[] =>
  choose(subjects, turn, 100).map(({ subject }) => subject);

describe('choosing what to share in one transaction', () => {
  it('takes many small subjects', () =>
    expect(chosen([open('a', 30), open('b', 70)])).toEqual(['a', 'b']));

  it('takes a large one alone', () =>
    expect(chosen([open('large', 5_000), open('b', 1)])).toEqual(['large']));

  it('passes over a large one while small ones fit', () =>
    expect(chosen([open('a', 10), open('large', 5_000), open('b', 10)])).toEqual(['a', 'b']));

  it('begins elsewhere at each turn, so that no large one waits for ever', () =>
    expect(chosen([open('a', 10), open('large', 5_000)], 1)).toEqual(['large']));

  it('takes nothing when nothing is open', () => expect(chosen([], 7)).toEqual([]));
});
