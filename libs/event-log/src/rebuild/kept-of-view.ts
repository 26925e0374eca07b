import type { Database } from '@kontor/postgres';

/** How long another process may go on with what it kept after the view was swapped. */
const LOOK_MS = 250;

/**
 * What a process keeps in memory of its view's rows: made anew after a rebuild put other rows in
 * their place, whichever process did it. Who still reads into the old one keeps it to himself.
 *
 * Cost: one look at the database's catalog every LOOK_MS at most.
 */
export class KeptOfView<Kept> {
  private kept: { readonly of: string; readonly value: Kept } | undefined;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private looking: Promise<Kept> | undefined;

  constructor(
    private readonly database: Database,
    private readonly make: () => Kept,
  ) {}

  /** Errors: what the database says. */
  current(): Promise<Kept> {
    if (this.kept && performance.now() - this.lookedAt < LOOK_MS)
      return Promise.resolve(this.kept.value);
    this.looking ??= this.look().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async look(): Promise<Kept> {
    const lookedAt = performance.now();
    // A rename keeps a schema's number; the rebuilt view is another schema.
    const [row] = await this.database.query<{ of: string }>(
      'SELECT to_regnamespace($1)::oid::text AS of',
      [this.database.viewSchema],
      { name: 'which view' },
    );
    const of = row?.of ?? '';
    if (this.kept?.of !== of) this.kept = { of, value: this.make() };
    this.lookedAt = lookedAt;
    return this.kept.value;
  }
}
