import { waitSecondsOf } from './prefer';

describe('Prefer: wait', () => {
  it.each([
    [undefined, 0],
    ['', 0],
    ['wait=5', 5],
    ['WAIT = "7"', 7],
    ['respond-async, wait=3', 3],
    ['wait=3; foo=1', 3],
    ['wait=600', 10],
    ['wait=x', 0],
    ['wait=-1', 0],
    ['await=3', 0],
    ['return=minimal', 0],
  ])('%s asks to wait for %s seconds', (prefer, seconds) => {
    expect(waitSecondsOf(prefer)).toBe(seconds);
  });
});
