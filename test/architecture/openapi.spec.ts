/** The contract as clients read it: an example for everything that is sent and answered. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

interface Media {
  readonly schema?: object;
  readonly example?: unknown;
  readonly examples?: unknown;
}
interface Answer {
  readonly content?: Readonly<Record<string, Media>>;
}
interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Answer>>;
}

const file = path.resolve(__dirname, '../../schemas/openapi.json');
const document = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly components: object;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};
const operations = Object.entries(document.paths).flatMap(([pattern, methods]) =>
  Object.entries(methods).map(
    ([method, operation]) => [`${method.toUpperCase()} ${pattern}`, operation] as const,
  ),
);

const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }));
ajv.addSchema({ $id: 'document', components: document.components });

/** Where an example is not what its own schema says. */
function flawsOf({ schema, example }: Media): string[] {
  if (!schema || example === undefined) return [];
  const local = JSON.stringify(schema).replaceAll('"#/', '"document#/');
  const validate = ajv.compile(JSON.parse(local) as object);
  validate(example);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const shown = ({ example, examples }: Media): boolean =>
  example !== undefined || examples !== undefined;

describe('the OpenAPI document', () => {
  it('has every route of the contract that the services have', () => {
    const names = operations.map(([name]) => name);
    expect(names).toContain('POST /events');
    expect(names).toContain('GET /health/ready');
    expect(names).toContain('POST /products/{id}/{version}/simulate-usage');
  });

  it.each(operations)('shows an example of what %s takes and answers', (_name, operation) => {
    const body = operation.requestBody?.content['application/json'];
    expect(body ? shown(body) : true).toBe(true);
    if (body) expect(flawsOf(body)).toEqual([]);
    for (const [status, { content }] of Object.entries(operation.responses)) {
      const media = content?.['application/json'];
      expect({ status, shown: media ? shown(media) : true }).toEqual({
        status,
        shown: true,
      });
      if (media) expect({ status, flaws: flawsOf(media) }).toEqual({ status, flaws: [] });
    }
  });

  it.each(operations)('says how %s refuses', (name, { responses }) => {
    const statuses = Object.keys(responses);
    const isOpen = / \/(health|metrics|openapi)/.test(name);
    expect(isOpen || ['401', '403', '422', '503'].every((each) => statuses.includes(each))).toBe(
      true,
    );
  });
});
