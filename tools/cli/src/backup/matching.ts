import { migrationNames } from '@kontor/postgres';
import { Unusable } from '../command';
import type { Manifest, ManifestService } from './manifest';
import { BACKED_UP_SERVICES, type BackedUpService } from './services';

/** A service of this build and what the backup has of it. */
export interface MatchedService {
  readonly service: BackedUpService;
  readonly saved: ManifestService;
}

/** Errors: Unusable when the backup is of a newer release than this build. */
export function matchServices(manifest: Manifest): MatchedService[] {
  return manifest.services.map((saved) => {
    const service = BACKED_UP_SERVICES.find(({ name }) => name === saved.name);
    if (service?.schema !== saved.schema) throw newer(manifest, `the service ${saved.name}`);
    const known = new Set(migrationNames(service.migrations, 'state'));
    const unknown = saved.migrations.find((name) => !known.has(name));
    if (unknown !== undefined) throw newer(manifest, `${saved.name}'s migration ${unknown}`);
    return { service, saved };
  });
}

const newer = ({ release }: Manifest, what: string): Unusable =>
  new Unusable(
    `The backup was made by Kontor ${release}, which is newer than this build: it does not know ${what}.`,
  );
