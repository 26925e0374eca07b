/**
 * The HTTP edge with a real Nest application and a real socket: what clients send, and worse.
 */
import { connect } from 'node:net';
import { ApiClient, openTestService, type Json, type TestService } from '@kontor/testkit';
import { toyService } from './toy-service';

let service: TestService;
let api: ApiClient;
beforeAll(async () => {
  service = await openTestService(toyService);
  api = service.api;
});
afterAll(() => service.stop());

const good = (more: Json = {}): Json => ({ name: 'One', amount: '1.50', ...more });

describe('a request that is right', () => {
  it('gets its answer with status, exact digits, positions and its request id', async () => {
    const { status, headers, body } = await api.post('/things', good(), {
      headers: { 'x-request-id': 'client-7' },
    });
    expect(status).toBe(201);
    expect(body).toEqual({ platform: 'acc_test', mode: 'live', name: 'One', amount: '1.5' });
    expect(headers.get('kontor-position')).toBe('toy.v1:1:5,toy.v1:3:9');
    expect(headers.get('x-request-id')).toBe('client-7');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('gets amounts as plain JSON numbers, or as strings when it asks for them', async () => {
    const text = await fetch(`${service.url}/things/amounts`, {
      headers: { authorization: `Bearer ${api.key}` },
    }).then((answer) => answer.text());
    expect(text).toBe('{"tiny":0.0000025,"sum":0.3,"count":3}');
    expect(await api.read('/things/amounts')).toEqual({ tiny: '0.0000025', sum: '0.3', count: 3 });
  });

  it('answers a deletion with 204 and no body', async () => {
    const { status, body, headers } = await api.delete('/things/1');
    expect([status, body]).toEqual([204, '']);
    expect(headers.get('kontor-position')).toBe('toy.v1:1:5,toy.v1:3:9');
  });

  it('needs no body where nothing is read, and may send an empty object', async () => {
    expect((await api.post('/things/7/void')).body).toEqual({ id: '7' });
    expect((await api.post('/things/7/void', {})).status).toBe(200);
    const empty = await api.post('/things/7/void', undefined, { raw: '' });
    expect(empty.status).toBe(200);
  });

  it('may spell null for absent, a UUID in capitals, an asset in small letters', async () => {
    const { status, body } = await api.post(
      '/things',
      good({
        description: null,
        ref: '0197A3A4-7D3E-7C52-9D0E-3B8F5C1D2E4F',
        asset: 'min',
        at: '2026-01-05T14:32:18+02:00',
        metadata: { kept: null },
      }),
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ref: '0197a3a4-7d3e-7c52-9d0e-3b8f5c1d2e4f',
      asset: 'MIN',
      at: '2026-01-05T12:32:18.000000Z',
      metadata: { kept: null },
    });
    expect(body).not.toHaveProperty('description');
  });

  it('may percent-encode ids, end with a slash, and use HEAD', async () => {
    expect((await api.get('/things/a%2Fb%20c')).body).toEqual({ id: 'a/b c' });
    expect((await api.get('/things/7/')).body).toEqual({ id: '7' });
    const head = await fetch(`${service.url}/things/7`, {
      method: 'HEAD',
      headers: { 'x-api-key': api.key ?? '' },
    });
    expect(head.status).toBe(200);
    const long = 'é'.repeat(255);
    expect((await api.get(`/things/${encodeURIComponent(long)}`)).body).toEqual({ id: long });
  });
});

const problem = async (
  answer: Promise<{ status: number; headers: Headers; body: Json }>,
): Promise<Json> => {
  const { status, headers, body } = await answer;
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(body).toMatchObject({
    type: `https://kontor.dev/errors/${body.code}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    instance: expect.any(String),
    request_id: headers.get('x-request-id'),
  });
  return body;
};

const raw = (text: string | Uint8Array, headers: Record<string, string> = {}) =>
  api.post('/things', undefined, { raw: text, headers });

describe('a body that is no JSON', () => {
  it.each([
    ['cut off', '{"name":'],
    ['NaN', '{"name":"One","amount":NaN}'],
    ['two values', '{} {}'],
    ['a byte order mark', '\ufeff{}'],
    ['a raw control character', '{"name":"a\u0001"}'],
    ['not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['an encoded surrogate', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])('because it is %s is malformed_json', async (_name, text) => {
    expect(await problem(raw(text))).toMatchObject({ status: 400, code: 'malformed_json' });
  });

  it('is told which media types are taken', async () => {
    const xml = raw('<a/>', { 'content-type': 'application/xml' });
    expect(await problem(xml)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    const form = raw('a=1', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(await problem(form)).toMatchObject({ status: 415 });
    const zipped = raw('{}', { 'content-encoding': 'gzip' });
    expect(await problem(zipped)).toMatchObject({ status: 415 });
    const broken = raw('{}', { 'content-type': 'nonsense' });
    expect(await problem(broken)).toMatchObject({ status: 415 });
  });

  it('is accepted as CloudEvents JSON and with parameters of the media type', async () => {
    for (const type of [
      'application/cloudevents+json; charset=utf-8',
      'application/cloudevents-batch+json',
      'Application/JSON;charset=UTF-8',
    ])
      expect((await raw(JSON.stringify(good()), { 'content-type': type })).status).toBe(201);
  });

  it('is refused at 8 MiB, and the answer arrives although the client still sends', async () => {
    for (const megabytes of [9, 30]) {
      const big = `{"name":"${'x'.repeat(megabytes * 1024 * 1024)}"}`;
      expect(await problem(raw(big))).toMatchObject({ status: 413, code: 'body_too_large' });
    }
  });

  it('is missed where one is needed', async () => {
    const missing = await problem(api.post('/things'));
    expect(missing).toMatchObject({ status: 422, code: 'body_required' });
    const empty = await problem(raw(''));
    expect(empty).toMatchObject({ status: 422, code: 'body_required' });
  });
});

describe('JSON that is hostile', () => {
  it.each([
    ['a NUL character', '{"name":"a\\u0000"}', 'nul_character', '/name'],
    ['half a surrogate pair', '{"name":"\\ud83d"}', 'lone_surrogate', '/name'],
    ['a NUL in a key', '{"metadata":{"a\\u0000":1}}', 'nul_character', '/metadata/a\u0000'],
    ['a prototype', '{"__proto__":{"x":1}}', 'forbidden_key', '/__proto__'],
    ['a hidden prototype', '{"\\u005f_proto__":1}', 'forbidden_key', '/__proto__'],
    [
      'a constructor',
      '{"metadata":{"constructor":{"prototype":{}}}}',
      'forbidden_key',
      '/metadata/constructor',
    ],
    ['an infinite number', '{"amount":1e999}', 'number_out_of_range', '/amount'],
    ['a very long number', `{"amount":${'9'.repeat(400)}}`, 'number_out_of_range', '/amount'],
    ['64 levels', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`, 'nested_too_deeply', undefined],
    [
      '5,000 levels',
      `{"a":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_001)}`,
      'nested_too_deeply',
      undefined,
    ],
  ])('with %s is refused with its pointer', async (_name, text, code, pointer) => {
    const body = await problem(raw(text));
    expect(body).toMatchObject({ status: 422, code: 'invalid_request' });
    expect(body.errors[0].code).toBe(code);
    if (pointer !== undefined) expect(body.errors[0].pointer).toBe(pointer);
  });

  it('with millions of levels is refused without being built', async () => {
    const body = await problem(raw('['.repeat(8 * 1024 * 1024 - 1)));
    expect(body).toMatchObject({ status: 422, code: 'nested_too_deeply' });
  });

  it('still answers the next request, and honest surrogate pairs pass', async () => {
    const { status, body } = await raw('{"name":"\\ud83d\\ude00","amount":"1"}');
    expect([status, body.name]).toEqual([201, '😀']);
  });

  it('is told apart item by item on a route that keeps flaws', async () => {
    const text = `[{"ok":1},{"bad":"\\u0000"},{"deep":${'['.repeat(100)}${']'.repeat(100)}}]`;
    const { status, body } = await api.post('/things/batch', undefined, { raw: text });
    expect(status).toBe(202);
    expect(body.flaws.map((flaw: Json) => [flaw.pointer.slice(0, 7), flaw.code])).toEqual([
      ['/1/bad', 'nul_character'],
      ['/2/deep', 'nested_too_deeply'],
    ]);
    expect(body.body[0]).toEqual({ ok: 1 });
  });
});

describe('a body that is well-formed but wrong', () => {
  it('is told every field by pointer and code', async () => {
    const body = await problem(
      api.post('/things', {
        amount: 0.1234567890123456,
        asset: '??',
        at: '2026-02-30T00:00:00Z',
        ref: 'no',
        description: 'x'.repeat(1_001),
        metadata: { big: 'x'.repeat(4_096) },
        parts: [{ 'a/b': 'text' }],
        kind: { b: 'text' },
      }),
    );
    expect(body).toMatchObject({ status: 422, code: 'invalid_request' });
    const found = Object.fromEntries(body.errors.map((e: Json) => [e.pointer, e.code]));
    expect(found).toEqual({
      '/name': 'required',
      '/amount': 'amount_imprecise',
      '/asset': 'invalid_format',
      '/at': 'invalid_instant',
      '/ref': 'invalid_uuid',
      '/description': 'too_long',
      '/metadata': 'too_large',
      '/parts/0/a~1b': 'invalid_type',
      '/kind/b': 'invalid_type',
    });
  });

  it('may hold no field that is not known, at any depth', async () => {
    const top = await problem(api.post('/things', good({ surprise: 1 })));
    expect(top).toMatchObject({ code: 'unknown_field', errors: [{ pointer: '/surprise' }] });
    const deep = await problem(api.post('/things', good({ parts: [{ 'a/b': 1, c: 2 }] })));
    expect(deep).toMatchObject({ code: 'unknown_field', errors: [{ pointer: '/parts/0/c' }] });
    const unread = await problem(api.post('/things/7/void', { surprise: 1 }));
    expect(unread).toMatchObject({ status: 422, code: 'unknown_field' });
  });

  it.each([
    ['[]', 'invalid_type'],
    ['"text"', 'invalid_type'],
    ['null', 'invalid_type'],
    ['7', 'invalid_type'],
  ])('must be an object, not %s', async (text, code) => {
    const body = await problem(raw(text));
    expect(body).toMatchObject({ status: 422, code: 'invalid_request', errors: [{ code }] });
  });

  it.each([
    [1e21, 'amount_out_of_range'],
    ['1e3', 'amount_not_a_number'],
    ['0.1234567890123', 'amount_too_fine'],
    [true, 'invalid_type'],
    [{}, 'invalid_type'],
  ])('takes no amount like %p', async (amount, code) => {
    const body = await problem(api.post('/things', good({ amount })));
    expect(body.errors).toEqual([{ pointer: '/amount', code, detail: expect.any(String) }]);
  });
});

describe('a query', () => {
  it('gets the defaults, bounds and the period as it was sent', async () => {
    expect(await api.read('/things')).toMatchObject({ limit: 20, offset: 0, total_count: 1 });
    const { items } = await api.read('/things?period_from=2026-01-05&period_to=2026-01-05');
    expect(items[0]).toEqual({
      from: '2026-01-05T00:00:00.000000Z',
      to: '2026-01-06T00:00:00.000000Z',
      sentFrom: '2026-01-05',
      sentTo: '2026-01-05',
    });
    const instant = await api.read('/things?period_to=2026-01-05T10:00:00.999999%2B01:00');
    expect(instant.items[0].to).toBe('2026-01-05T09:00:01.000000Z');
  });

  it('goes on with the cursor that it was given', async () => {
    const { next_cursor: cursor } = await api.read('/things');
    expect((await api.get(`/things?cursor=${cursor}`)).status).toBe(200);
  });

  it.each([
    ['limit=0', 'limit', 'out_of_range'],
    ['limit=101', 'limit', 'out_of_range'],
    ['limit=abc', 'limit', 'out_of_range'],
    ['limit=', 'limit', 'out_of_range'],
    ['offset=-1', 'offset', 'out_of_range'],
    ['offset=99999999999', 'offset', 'out_of_range'],
    ['limit=1&limit=2', 'limit', 'repeated_parameter'],
    ['period_from=yesterday', 'period_from', 'invalid_period'],
    ['period_to=2026-02-30', 'period_to', 'invalid_period'],
    ['period_from=2026-01-06&period_to=2026-01-05', 'period_from', 'invalid_period'],
    ['cursor=forged', 'cursor', 'invalid_cursor'],
    [
      `cursor=${Buffer.from('["things","a",1.5]').toString('base64url')}`,
      'cursor',
      'invalid_cursor',
    ],
    [`cursor=${Buffer.from('["others","a",1]').toString('base64url')}`, 'cursor', 'invalid_cursor'],
    ['surprise=1', 'surprise', 'unknown_parameter'],
    ['__proto__=1', '__proto__', 'unknown_parameter'],
    ['name=', 'name', 'too_small'],
  ])('with %s is refused by name', async (query, pointer, code) => {
    const body = await problem(api.get(`/things?${query}`));
    expect(body.status).toBe(422);
    expect(body.errors[0]).toMatchObject({ pointer, code });
  });

  it('is refused where nothing reads it', async () => {
    const body = await problem(api.get('/things/amounts?surprise=1'));
    expect(body).toMatchObject({ status: 422, code: 'unknown_parameter' });
  });

  it('that cannot be decoded is malformed_url, in the path as well', async () => {
    for (const path of ['/things?name=%zz', '/things?name=%ff', '/things/%zz', '/things/%ff'])
      expect(await problem(api.get(path))).toMatchObject({ status: 400, code: 'malformed_url' });
    for (const path of ['/things/a%00b', '/things?name=a%00b'])
      expect(await problem(api.get(path))).toMatchObject({ status: 400, code: 'malformed_url' });
  });
});

describe('a path', () => {
  it('that is not there is 404; another method is 405 with Allow', async () => {
    expect(await problem(api.get('/nowhere'))).toMatchObject({ status: 404, code: 'not_found' });
    expect(await problem(api.post('/nowhere', { a: 1 }))).toMatchObject({ status: 404 });
    const answer = await api.patch('/things/amounts', {});
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
    expect(await problem(Promise.resolve(answer))).toMatchObject({
      status: 405,
      code: 'method_not_allowed',
    });
  });

  it('that is longer than any id is 414, longer than any header 431', async () => {
    const long = await problem(api.get(`/things/${'x'.repeat(5_000)}`));
    expect(long).toMatchObject({ status: 414, code: 'uri_too_long' });
    const answer = await rawHttp(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(answer).toContain('"code":"header_too_large"');
  });

  it('in bytes that are no HTTP is 400', async () => {
    const answer = await rawHttp('HELLO\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('application/problem+json');
  });
});

describe('a hot route', () => {
  const answers = (id: string, body: Json, headers: Record<string, string> = {}) =>
    Promise.all(
      ['cold', 'hot'].map(async (kind) => {
        const answer = await api.post(`/twins/${kind}/${id}`, body, { headers });
        const { request_id: _id, instance: _path, ...rest } = answer.body as Json;
        const { status } = answer;
        const names = ['content-type', 'kontor-position', 'retry-after', 'connection'];
        return { status, rest, headers: names.map((name) => answer.headers.get(name)) };
      }),
    );

  it.each<[string, number, string, Json, Record<string, string>]>([
    ['what is right', 201, 'a%2Fb', good(), { 'x-agent': 'one' }],
    ['amounts as numbers', 201, '1', good({ amount: 0.0000025 }), { 'kontor-numbers': 'number' }],
    ['what is wrong', 422, '1', { name: '', amount: 'x', surprise: 1 }, {}],
    ['what throws', 429, 'full', good(), {}],
    ['what cannot be asked now', 503, 'database', good(), {}],
  ])('answers %s as any other does', async (_what, status, id, body, headers) => {
    const [cold, hot] = await answers(id, body, headers);
    expect(hot).toEqual(cold);
    expect(hot?.status).toBe(status);
  });

  it('is guarded as any other is, and takes what answers at once', async () => {
    const headers = { authorization: `Bearer ${service.key('acc_test', 'live', ['read'])}` };
    expect((await problem(api.post('/twins/hot/1', good(), { headers }))).code).toBe(
      'missing_scope',
    );
    const { status, body } = await api.post('/twins/hot-at-once/7');
    expect([status, body]).toEqual([201, { id: '7' }]);
    expect((await problem(api.post('/twins/hot-at-once/full'))).code).toBe('queue_full');
    expect((await problem(api.post('/twins/hot-at-once/7?x=1'))).code).toBe('unknown_parameter');
  });
});

describe('a key', () => {
  it('is taken from three headers', async () => {
    const key = service.key('acc_b', 'test', ['read']);
    for (const headers of [
      { authorization: `bearer ${key}` },
      { 'x-api-key': key },
      { 'x-credyt-api-key': key },
    ]) {
      const answer = await fetch(`${service.url}/things/1`, { headers });
      expect(answer.status).toBe(200);
    }
  });

  it('that is missing or unknown is 401, also before a body is read', async () => {
    const missing = await api.as(undefined).get('/things/1');
    expect(missing.headers.get('www-authenticate')).toContain('Bearer');
    expect(await problem(Promise.resolve(missing))).toMatchObject({ code: 'missing_api_key' });
    expect(await problem(api.as('nobody').get('/things/1'))).toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
    const big = `{"name":"${'x'.repeat(9 * 1024 * 1024)}"}`;
    const refused = api.as('nobody').post('/things', undefined, { raw: big });
    expect(await problem(refused)).toMatchObject({ status: 401 });
    expect(await problem(api.as('nobody').get('/nowhere'))).toMatchObject({ status: 401 });
  });

  it('may do only what its scopes say', async () => {
    const reader = api.as(service.key('acc_b', 'live', ['read']));
    expect((await reader.get('/things/1')).status).toBe(200);
    expect(await problem(reader.post('/things', good()))).toMatchObject({
      status: 403,
      code: 'missing_scope',
      required_scope: 'write',
    });
    expect(await problem(reader.get('/admin/toy/consumers'))).toMatchObject({ status: 403 });
  });

  it('never opens what is between services', async () => {
    const answer = api.post('/internal/catalog/resolve-customers', {});
    expect(await problem(answer)).toMatchObject({ status: 401, code: 'invalid_context' });
  });
});

describe('what fails inside', () => {
  it.each([
    ['full', 429, 'queue_full'],
    ['stopping', 503, 'stopping'],
    ['dependency', 503, 'dependency_down'],
    ['database', 503, 'database_unavailable'],
    ['refused', 503, 'database_unavailable'],
  ])('as %s is %i %s with Retry-After', async (how, status, code) => {
    const answer = await api.get(`/things/fail/${how}`);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await problem(Promise.resolve(answer))).toMatchObject({ status, code });
  });

  it('as a bug is 500 and keeps its details to the log', async () => {
    const body = await problem(api.get('/things/fail/somehow'));
    expect(body).toMatchObject({ status: 500, code: 'internal_error' });
    expect(JSON.stringify(body)).not.toContain('secret');
  });
});

describe('an idempotency key', () => {
  const send = (key: string, text: string) =>
    api.post('/things/keyed', undefined, { raw: text, headers: { 'idempotency-key': key } });

  it('comes with the same hash for the same content, however it is written', async () => {
    const first = await send('k1', '{"a":1.50,"b":[1,2],"c":null}');
    const same = await send('k1', '{ "b": [1.0, 2e0], "a": 1.5 }');
    const other = await send('k1', '{"a":1.5,"b":[2,1]}');
    expect(first.body).toEqual({
      commandId: 'k1',
      requestHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(same.body).toEqual(first.body);
    expect(other.body.requestHash).not.toBe(first.body.requestHash);
  });

  it('is 1 to 255 printable characters', async () => {
    for (const key of ['', 'x'.repeat(256), 'a\tb'])
      expect((await problem(send(key, '{}'))).code).toBe('invalid_idempotency_key');
  });
});

describe('a request id', () => {
  it('of a client that makes no sense is replaced', async () => {
    const { headers } = await api.get('/things/1', { headers: { 'x-request-id': 'a b<script>' } });
    expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{16}_\w+$/);
  });
});

function rawHttp(text: string): Promise<string> {
  const { hostname, port } = new URL(service.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
