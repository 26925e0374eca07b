/** A PostgreSQL of one's own, for tests that stop it hard or fill its disk. */
import { startEmbeddedPostgres } from '@kontor/postgres';

export interface DedicatedPostgres {
  /** A database that exists; the same after every start. */
  readonly url: string;
  /** What `pg_ctl -m immediate` does: no shutdown, no checkpoint. It is started again by itself. */
  crash(): void;
  stop(): Promise<void>;
}

/** The folder must be one that PostgreSQL's own user can walk into. */
export async function startPostgres(dataDir: string): Promise<DedicatedPostgres> {
  const postgres = await startEmbeddedPostgres(dataDir);
  return {
    url: postgres.url,
    crash: () => {
      process.kill(postgres.pid(), 'SIGQUIT');
    },
    stop: () => postgres.stop(),
  };
}
