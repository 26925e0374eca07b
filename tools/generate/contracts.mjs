/**
 * Generates libs/contracts/src/generated from schemas/: TypeScript types of every fact and internal
 * operation, their schemas as data, and the table of topics.
 *
 * `node tools/generate/contracts.mjs` writes; with `--check` it fails when a file is stale.
 */
import { readFileSync, readdirSync, writeFileSync, mkdirSync, existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import { format } from 'prettier';
import { parse } from 'yaml';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const target = path.join(root, 'libs/contracts/src/generated');
const banner = '// Generated from schemas/ by `npm run generate`. Do not edit.\n';
const readYaml = (file) => parse(readFileSync(path.join(root, 'schemas', file), 'utf8'));

const eventFiles = readdirSync(path.join(root, 'schemas/events'))
  .filter((file) => file.endsWith('.yaml'))
  .sort();
const schemas = new Map(eventFiles.map((file) => [file, readYaml(`events/${file}`)]));
const { topics, consumers } = readYaml('topics.yaml');

const inTopicFile = /[a-z.0-9]+\.yaml#\/\$defs\//g;
const definitions = Object.assign({}, ...[...schemas.values()].map((schema) => schema.$defs));
const topicTypes = [...schemas]
  .filter(([file]) => file !== 'common.yaml')
  .map(([file, schema]) => ({ topic: file.replace(/\.yaml$/, ''), schema }));

/** All topics in one document, so that a shared definition becomes one type. */
const everything = JSON.parse(
  JSON.stringify({
    title: 'AnyFact',
    oneOf: topicTypes.map(({ schema }) => ({ $ref: `#/$defs/${schema.title}` })),
    $defs: {
      ...definitions,
      ...Object.fromEntries(
        topicTypes.map(({ schema }) => [
          schema.title,
          { description: schema.description, oneOf: schema.oneOf },
        ]),
      ),
    },
  }).replaceAll(inTopicFile, '#/$defs/'),
);

const typesOf = (schema, name) =>
  compile(schema, name, {
    bannerComment: banner.trim(),
    style: { singleQuote: true, printWidth: 100 },
  });

const factTypes = topicTypes.flatMap(({ topic, schema }) =>
  Object.entries(schema.$defs)
    .filter(([, body]) => body.properties?.type?.const)
    .map(([definition, body]) => ({ type: body.properties.type.const, topic, definition })),
);
const operations = readYaml('internal/operations.yaml');
const files = new Map();
files.set('facts.ts', await typesOf(everything, 'AnyFact'));
files.set('operations.ts', await typesOf(operations, operations.title));
files.set(
  'schemas.ts',
  `${banner}
/** The JSON Schemas of schemas/events, by file, and where each fact type is defined. */
export const SCHEMAS: readonly object[] = ${JSON.stringify([...schemas.values()], null, 2)};

export const FACT_DEFINITIONS: Readonly<Record<string, { topic: string; schema: string }>> = ${JSON.stringify(
    Object.fromEntries(
      factTypes.map(({ type, topic, definition }) => [
        type,
        { topic, schema: `https://kontor.dev/schemas/events/${topic}.yaml#/$defs/${definition}` },
      ]),
    ),
    null,
    2,
  )};
`,
);
files.set(
  'topics.ts',
  `${banner}import type { ${topicTypes.map(({ schema }) => schema.title).join(', ')} } from './facts';

/** Which facts a topic holds. */
export interface FactsByTopic {
${topicTypes.map(({ topic, schema }) => `  '${topic}': ${schema.title};\n`).join('')}}
export type FactTopic = keyof FactsByTopic;

export interface TopicDefinition {
  readonly name: string;
  readonly owner: string;
  readonly partitions: number;
  readonly retention: string;
  /** Written by external producers; not facts of ours. */
  readonly inbound: boolean;
  /** Raw items without an envelope. */
  readonly raw: boolean;
}

export const TOPICS: readonly TopicDefinition[] = ${JSON.stringify(
    topics.map(({ name, owner, partitions, retention, inbound = false, raw = false }) => ({
      name,
      owner,
      partitions,
      retention,
      inbound,
      raw,
    })),
    null,
    2,
  )};

export interface ConsumerDefinition {
  readonly name: string;
  readonly service: string;
  /** view: folds into <service>_view and is replayed; deciding: turns facts into ours, never replayed. */
  readonly kind: 'view' | 'deciding';
  readonly topics: readonly string[];
}

export const CONSUMERS: readonly ConsumerDefinition[] = ${JSON.stringify(consumers, null, 2)};
`,
);
files.set(
  'index.ts',
  `${banner}export type * from './facts';
export type { InternalOperations } from './operations';
export * from './schemas';
export * from './topics';
`,
);

const check = process.argv.includes('--check');
mkdirSync(target, { recursive: true });
const stale = [];
for (const [name, draft] of files) {
  const text = await format(draft, { parser: 'typescript', singleQuote: true, printWidth: 100 });
  const file = path.join(target, name);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (before === text) continue;
  stale.push(path.relative(root, file));
  if (!check) writeFileSync(file, text);
}
if (check && stale.length > 0) {
  console.error(`stale, run \`npm run generate\`: ${stale.join(', ')}`);
  process.exit(1);
}
console.log(check ? 'generated contracts are fresh' : `${stale.length} files written`);
