/** UTC with six fractional digits, `2026-01-05T14:32:18.000000Z`; texts sort as the instants do. */
export type Instant = string;
