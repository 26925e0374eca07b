/**
 * Which service answers which path: read from the OpenAPI document of the whole installation, which
 * is generated from the services' controllers.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Scope } from '@kontor/service-host';
import { z } from 'zod';

export interface ForeignRoute {
  readonly method: string;
  /** In the router's form: `/customers/:id`. */
  readonly pattern: string;
  readonly service: string;
  readonly scope: Scope;
}

const OWN_SERVICE = 'ingestion-gateway';
/** Beside the built tree, and in images. */
const DOCUMENT = path.resolve(__dirname, '../../../../../schemas/openapi.json');

const zOperation = z.looseObject({
  tags: z.tuple([z.string()], z.string()),
  // What every process serves itself has none.
  'x-required-scope': z.enum(['ingest', 'read', 'write', 'admin']).optional(),
});
const zDocument = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), zOperation)),
});

/** Errors: throws when the document is missing or another one: the gateway must not start. */
export const readForeignRoutes = (file = DOCUMENT): ForeignRoute[] =>
  foreignRoutes(JSON.parse(readFileSync(file, 'utf8')));

/** The routes of all other services. */
export function foreignRoutes(document: unknown): ForeignRoute[] {
  const { paths } = zDocument.parse(document);
  return Object.entries(paths)
    .flatMap(([pattern, operations]) =>
      Object.entries(operations).flatMap(([method, { tags, 'x-required-scope': scope }]) =>
        scope === undefined
          ? []
          : [
              {
                method: method.toUpperCase(),
                pattern: pattern.replaceAll(/\{(\w+)\}/g, ':$1'),
                service: tags[0],
                scope,
              },
            ],
      ),
    )
    .filter(({ service }) => service !== OWN_SERVICE);
}
