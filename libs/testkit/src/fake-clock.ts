import { addMilliseconds, parseInstant, type Clock, type InstantText } from '@kontor/contracts';

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  private at: InstantText;

  constructor(start = '2026-01-05T12:00:00Z') {
    const instant = parseInstant(start);
    if (!instant) throw new Error(`not an instant: ${start}`);
    this.at = instant;
  }

  now(): InstantText {
    return this.at;
  }

  advance(milliseconds: number): InstantText {
    this.at = addMilliseconds(this.at, milliseconds);
    return this.at;
  }
}
