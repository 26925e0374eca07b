/**
 * Generates schemas/asyncapi.yaml (AsyncAPI 3) from schemas/topics.yaml and schemas/events: every
 * topic with its records, who sends and who receives them.
 *
 * `node tools/generate/asyncapi.mjs` writes; with `--check` it fails when the file is stale.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const target = path.join(root, 'schemas/asyncapi.yaml');
const readYaml = (file) => parse(readFileSync(path.join(root, 'schemas', file), 'utf8'));
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const { topics, consumers } = readYaml('topics.yaml');

const eventFiles = readdirSync(path.join(root, 'schemas/events')).sort();
const eventSchemas = new Map(eventFiles.map((file) => [file, readYaml(`events/${file}`)]));

/** Definitions of all files side by side; their names are unique over the files. */
const inAnyFile = /"\$ref":"(?:[a-z.0-9]+\.yaml)?#\/\$defs\//g;
const here = (schema) =>
  JSON.parse(JSON.stringify(schema).replaceAll(inAnyFile, '"$ref":"#/components/schemas/'));
const definitions = Object.assign(
  {},
  ...[...eventSchemas.values()].map(({ $defs }) => here($defs ?? {})),
);

/** `usage.recorded.v1` -> `usageRecordedV1`: the ids of this document have no dots. */
const idOf = (name) => name.replace(/[.-](\w)/g, (_, letter) => letter.toUpperCase());
const ref = (kind, name) => ({ $ref: `#/components/${kind}/${name}` });
const text = (description, rest = {}) => ({ type: 'string', description, ...rest });

const recordHeaders = (topic) => ({
  type: 'object',
  required: [
    ...['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_time', 'content-type'],
    ...['kontor-incarnation', 'kontor-position'],
  ],
  properties: {
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: text('incarnation/topic/partition/position: a record that was sent twice has one id.'),
    ce_source: text('The service that owns the topic.', { examples: [`/kontor/${topic.owner}`] }),
    ce_type: { type: 'string', const: topic.name },
    ce_time: text('When the record was appended to the log of its owner.', { format: 'date-time' }),
    'content-type': { type: 'string', const: 'application/json' },
    'kontor-incarnation': text("The log's identity: another one after a restore."),
    'kontor-position': text(
      'Counts from 1 in each partition without gaps; goes by this, not by the offset.',
      {
        pattern: '^[1-9][0-9]*$',
      },
    ),
    'kontor-cause': text('topic:partition:position of the usage record that led to this one.'),
  },
});

const record = (topic) => {
  const schema = here(eventSchemas.get(path.basename(topic.schema)));
  return {
    name: topic.name,
    title: schema.title,
    summary: schema.description,
    contentType: 'application/json',
    headers: recordHeaders(topic),
    payload: {
      type: 'object',
      required: ['facts'],
      properties: {
        facts: { type: 'array', minItems: 1, maxItems: 100, items: { oneOf: schema.oneOf } },
      },
    },
    bindings: {
      kafka: { key: text(`The facts' key (${topic.key}) when they share one, else none.`) },
    },
  };
};

/** What others send: the body of `POST /events`, or one structured CloudEvent. */
const ingested = (topic) => ({
  name: topic.name,
  title: 'UsageToIngest',
  summary: 'Usage from an external producer: handled as if it had come by POST /events.',
  contentType: 'application/json',
  headers: {
    type: 'object',
    properties: {
      'kontor-platform': text('Platform id; may be left out while there is only one.'),
      'kontor-mode': { type: 'string', enum: ['live', 'test'], default: 'live' },
    },
  },
  payload: {
    oneOf: [
      {
        title: 'EventsBody',
        type: 'object',
        description: 'As POST /events takes it; openapi.json has every field.',
        required: ['events'],
        properties: {
          customer_id: { type: 'string' },
          customer_external_id: { type: 'string' },
          events: { type: 'array', minItems: 1, maxItems: 1000, items: { type: 'object' } },
        },
      },
      {
        title: 'StructuredCloudEvent',
        type: 'object',
        required: ['specversion', 'id', 'type', 'customerid'],
        properties: {
          specversion: { type: 'string', const: '1.0' },
          id: text('The event id (UUID): the idempotency key.'),
          type: text('The event type.'),
          time: { type: 'string', format: 'date-time' },
          subject: { type: 'string' },
          customerid: text('Customer id, or `ext_` and an external id.'),
          data: { type: 'object' },
        },
      },
    ],
  },
});

const refused = (topic) => ({
  name: topic.name,
  title: 'RefusedUsage',
  summary: 'What could not be accepted: the item as received, and why.',
  contentType: 'application/octet-stream',
  headers: {
    type: 'object',
    required: ['kontor-error-code', 'kontor-source'],
    properties: {
      'kontor-error-code': text('A code of docs/reference/errors.md.'),
      'kontor-error-detail': { type: 'string' },
      'kontor-error-truncated': text('`true` when only the first 256 KiB of the value are here.'),
      'kontor-source': text('topic/partition/offset of the record that it came in.'),
    },
  },
  payload: { description: 'Bytes as received.' },
});

const messageOf = (topic) =>
  topic.inbound ? ingested(topic) : topic.raw ? refused(topic) : record(topic);

const DAY_MS = 86_400_000;
const retentionMs = ({ retention }) =>
  retention === 'forever' ? -1 : Number(retention.replace(/d$/, '')) * DAY_MS;

const channel = (topic) => ({
  address: topic.name,
  title: topic.name,
  description: `Owner: ${topic.owner}. Key: ${topic.key}. Kept: ${topic.retention}.`,
  messages: { [idOf(topic.name)]: ref('messages', idOf(topic.name)) },
  bindings: {
    kafka: {
      topic: topic.name,
      partitions: topic.partitions,
      topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': retentionMs(topic) },
    },
  },
});

const operation = (action, topic, summary, rest = {}) => ({
  action,
  summary,
  channel: { $ref: `#/channels/${idOf(topic)}` },
  messages: [{ $ref: `#/channels/${idOf(topic)}/messages/${idOf(topic)}` }],
  ...rest,
});

const sending = topics
  .filter(({ inbound }) => !inbound)
  .map(({ name, owner }) => [
    `${idOf(owner)}Sends${idOf(`.${name}`)}`,
    operation('send', name, `${owner} publishes its log.`),
  ]);
const receiving = consumers.flatMap((consumer) =>
  consumer.topics.map((topic) => [
    `${idOf(consumer.name)}Receives${idOf(`.${topic}`)}`,
    operation('receive', topic, `${consumer.name} (${consumer.kind}).`, {
      bindings: { kafka: { groupId: { type: 'string', const: consumer.name } } },
    }),
  ]),
);

const byId = (list, make) => Object.fromEntries(list.map((each) => [idOf(each.name), make(each)]));
const document = {
  asyncapi: '3.0.0',
  info: {
    title: 'Kontor facts',
    version,
    description:
      'What the services of Kontor tell each other on Apache Kafka: one CloudEvents 1.0 event a record, binary mode.',
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
  defaultContentType: 'application/json',
  servers: {
    kafka: {
      host: '127.0.0.1:9092',
      protocol: 'kafka',
      description: 'The brokers named by KAFKA_BROKERS.',
    },
  },
  channels: byId(topics, channel),
  operations: Object.fromEntries([...sending, ...receiving]),
  components: { messages: byId(topics, messageOf), schemas: definitions },
};

const banner =
  '# Generated from schemas/topics.yaml and schemas/events by `npm run generate`. Do not edit.\n';
const draft = banner + stringify(document, { lineWidth: 100, aliasDuplicateObjects: false });
const before = existsSync(target) ? readFileSync(target, 'utf8') : '';
const stale = before !== draft;
if (process.argv.includes('--check')) {
  if (stale) {
    console.error('stale, run `npm run generate`: schemas/asyncapi.yaml');
    process.exit(1);
  }
  console.log('generated AsyncAPI document is fresh');
} else {
  if (stale) writeFileSync(target, draft);
  console.log(stale ? 'schemas/asyncapi.yaml written' : 'schemas/asyncapi.yaml was fresh');
}
