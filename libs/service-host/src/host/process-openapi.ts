import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { KontorConfig } from '../config';
import { openApiDocument } from '../openapi/document';
import type { ServiceDefinition } from '../runtime';

/** The generated document of all services; beside the built tree, and in images. */
const GENERATED = path.resolve(__dirname, '../../../../schemas/openapi.json');
export const API_VERSION = '0.1.0';

/**
 * The document that this process shows, made when it is first asked for: of its own services, or
 * the whole one at the gateway of an installation with several processes.
 */
export function processOpenApi(
  definitions: readonly ServiceDefinition[],
  config: KontorConfig,
): () => string {
  let text: string | undefined;
  return () => {
    text ??=
      config.serviceUrls && existsSync(GENERATED)
        ? readFileSync(GENERATED, 'utf8')
        : JSON.stringify(openApiDocument(definitions, { version: API_VERSION }));
    return text;
  };
}
