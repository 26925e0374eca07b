import { readFileSync } from 'node:fs';
import path from 'node:path';
import { toyService } from '../../test/toy-service';
import { errorReference } from '../reference';
import { openApiDocument, routeTable } from './document';

const document = openApiDocument([toyService], { version: '1.2.3' });
type Json = Readonly<Record<string, unknown>>;
const operation = (route: string, method: string): Json => document.paths[route]![method] as Json;

describe('the OpenAPI document', () => {
  it('is the same bytes every time', () => {
    const again = openApiDocument([toyService], { version: '1.2.3' });
    expect(JSON.stringify(again)).toBe(JSON.stringify(document));
  });

  it('says of a route what it takes, answers and refuses', () => {
    expect(operation('/things', 'post')).toMatchObject({
      operationId: 'postThings',
      tags: ['toy'],
      'x-required-scope': 'write',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { type: 'object', required: ['name', 'amount'], additionalProperties: false },
            example: { name: 'One', amount: '1.50' },
          },
        },
      },
      responses: {
        201: { content: { 'application/json': { example: { name: 'One', amount: 1.5 } } } },
        401: { $ref: '#/components/responses/Refused401' },
        409: { description: '`code_taken`' },
        413: {},
        422: {},
        429: { headers: { 'Retry-After': {} } },
        503: {},
      },
    });
    expect(operation('/things', 'get')).toMatchObject({
      parameters: expect.arrayContaining([
        {
          name: 'limit',
          in: 'query',
          required: false,
          schema: expect.objectContaining({ maximum: 100 }),
        },
      ]),
    });
    expect(operation('/things/{id}/void', 'post')).toMatchObject({
      parameters: expect.arrayContaining([
        { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      ]),
    });
  });

  it('has operations of its own for operators, and a name for each', () => {
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(ids).toContain('getAdminToyConsumers');
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has what every process serves, open, and not among what is forwarded', () => {
    expect(operation('/health/ready', 'get')).toMatchObject({
      security: [],
      responses: { 200: {}, 503: {} },
    });
    expect(routeTable(document).map(({ service }) => service)).not.toContain('host');
  });

  it('refers to nothing that is not there', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)];
    for (const [, ref] of refs) {
      const found = ref!.split('/').reduce<unknown>((at, key) => (at as Json)?.[key], document);
      expect({ ref, found: found !== undefined }).toEqual({ ref, found: true });
    }
  });

  it('tells the gateway who answers what', () => {
    expect(routeTable(document)).toContainEqual({
      method: 'POST',
      pattern: '/things/{id}/void',
      service: 'toy',
    });
  });
});

describe('the reference of errors', () => {
  it('is documented as it is', () => {
    const file = path.resolve(__dirname, '../../../../docs/reference/errors.md');
    expect(readFileSync(file, 'utf8')).toBe(errorReference());
  });
});
