/** The services of this build as a backup sees them: a name, a schema, the migrations that it knows. */
import { ALL_SERVICES } from '@kontor/all-in-one';
import type { MigrationSet } from '@kontor/postgres';
import { schemaOf } from '@kontor/postgres';
import { migrationsOf } from '@kontor/service-host';

export interface BackedUpService {
  readonly name: string;
  readonly schema: string;
  readonly migrations: readonly MigrationSet[];
}

export const BACKED_UP_SERVICES: readonly BackedUpService[] = ALL_SERVICES.map((definition) => ({
  name: definition.name,
  schema: schemaOf(definition.name),
  migrations: migrationsOf(definition),
}));
