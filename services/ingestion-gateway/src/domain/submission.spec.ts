import { readBatched, readStructured, readUsageBody, withFlaws } from './submission';

const rules = { readInstant: (text: string) => text, latestInstant: '9' };
const ID = '9c2c8e3a-7f6b-4f5e-9c1f-2e6b6a4a9f21';
const event = { id: ID, event_type: 'x', occurred_at: '2026-01-05T12:00:00Z' };
const cloudEvent = {
  specversion: '1.0',
  id: ID,
  source: '/workers/7',
  type: 'x',
  time: '2026-01-05T12:00:00Z',
  customerid: 'cust_1',
};

describe('usage body', () => {
  it('names its customer once, and checks each event by itself', () => {
    const read = readUsageBody({ customer_id: 'cust_1', events: [event, { id: 'x' }] }, rules);
    expect(read).toMatchObject({
      ok: true,
      submission: {
        customer: { customerId: 'cust_1', pointer: '/customer_id' },
        items: [
          { id: ID, pointer: '/events/0', checked: { ok: true } },
          { id: 'x', pointer: '/events/1', checked: { ok: false } },
        ],
      },
    });
  });

  it('takes an external id in both places for it', () => {
    const named = { customer_external_id: 'u 7', events: [event] };
    expect(readUsageBody(named, rules)).toMatchObject({
      submission: { customer: { externalId: 'u 7', pointer: '/customer_external_id' } },
    });
    expect(readUsageBody({ customer_id: 'ext_u 7', events: [event] }, rules)).toMatchObject({
      submission: { customer: { externalId: 'u 7', pointer: '/customer_id' } },
    });
  });

  it.each([
    ['no object', 7, 'invalid_type', ''],
    ['a list', [], 'invalid_type', ''],
    ['no customer', { events: [event] }, 'customer_required', '/customer_id'],
    ['a customer by number', { customer_id: 1, events: [event] }, 'invalid_type', '/customer_id'],
    ['no events', { customer_id: 'c' }, 'required', '/events'],
    ['events that are no list', { customer_id: 'c', events: {} }, 'invalid_type', '/events'],
    ['an empty list', { customer_id: 'c', events: [] }, 'too_small', '/events'],
    [
      '1001 events',
      { customer_id: 'c', events: Array.from({ length: 1_001 }, () => event) },
      'too_big',
      '/events',
    ],
    [
      'an unknown field',
      { customer_id: 'c', events: [event], evnts: 1 },
      'unknown_field',
      '/evnts',
    ],
    [
      'two external ids that differ',
      { customer_id: 'ext_a', customer_external_id: 'b', events: [event] },
      'customer_mismatch',
      '/customer_external_id',
    ],
  ])('is refused as a whole with %s', (_name, body, code, pointer) => {
    const refusals = [expect.objectContaining({ code, pointer })];
    expect(readUsageBody(body, rules)).toEqual({ ok: false, refusals });
  });
});

describe('flaws of the text', () => {
  const body = { customer_id: 'cust_1', events: [event, event] };
  const flaw = (pointer: string) => ({ pointer, code: 'nul_character', detail: 'x' });

  it('refuse only the event that has them', () => {
    const read = withFlaws(readUsageBody(body, rules), [flaw('/events/1/data/a')]);
    expect(read).toMatchObject({
      submission: { items: [{ checked: { ok: true } }, { checked: { ok: false } }] },
    });
  });

  it('outside of all events refuse the whole', () => {
    const flaws = [flaw('/customer_id'), flaw('/events/1/data/a')];
    expect(withFlaws(readUsageBody(body, rules), flaws)).toEqual({
      ok: false,
      refusals: [flaw('/customer_id')],
    });
    expect(withFlaws(readUsageBody(body, rules), [flaw('/events/10/data/a')])).toMatchObject({
      ok: false,
    });
  });

  it('refuse the whole when there are more than anybody listed', () => {
    const flaws = Array.from({ length: 100 }, () => flaw('/events/1/data/a'));
    expect(withFlaws(readUsageBody(body, rules), flaws)).toMatchObject({ ok: false });
  });
});

describe('CloudEvents', () => {
  it('are usage in another form', () => {
    const data = { minutes: 2 };
    const sent = { ...cloudEvent, subject: 's', description: 'd', data, traceparent: '00-1' };
    const same = { ...event, subject: 's', description: 'd', data };
    const read = readStructured(sent, rules);
    const plain = readUsageBody({ customer_id: 'cust_1', events: [same] }, rules);
    if (!read.ok || !plain.ok) throw new Error('refused');
    expect(read.submission.customer).toBeUndefined();
    expect(read.submission.items[0]).toMatchObject({ customer: { customerId: 'cust_1' } });
    expect(read.submission.items[0]?.checked).toEqual(plain.submission.items[0]?.checked);
  });

  it('of one batch may be of different customers', () => {
    const other = { ...cloudEvent, customerid: undefined, customerexternalid: 'u 7' };
    expect(readBatched([cloudEvent, other], rules)).toMatchObject({
      submission: {
        items: [
          { customer: { customerId: 'cust_1', pointer: '/0/customerid' } },
          { customer: { externalId: 'u 7', pointer: '/1/customerexternalid' } },
        ],
      },
    });
  });

  it.each([
    ['another version', { specversion: '0.3' }, 'not_supported', '/0/specversion'],
    ['no source', { source: undefined }, 'required', '/0/source'],
    ['no type', { type: undefined }, 'required', '/0/type'],
    ['no time', { time: undefined }, 'required', '/0/time'],
    ['an id that is no UUID', { id: 'A234-1234' }, 'invalid_uuid', '/0/id'],
    ['no customer', { customerid: undefined }, 'customer_required', '/0/customerid'],
    ['binary data', { data_base64: 'AA==' }, 'not_supported', '/0/data_base64'],
    [
      'data of another type',
      { datacontenttype: 'text/xml' },
      'not_supported',
      '/0/datacontenttype',
    ],
    ['data that is a list', { data: [] }, 'invalid_type', '/0/data'],
    ['costs, which would be lost', { costs: [] }, 'unknown_field', '/0/costs'],
    ['a misspelt customer', { customer_id: 'x' }, 'unknown_field', '/0/customer_id'],
  ])('are refused one by one with %s', (_name, more, code, pointer) => {
    const read = readBatched([{ ...cloudEvent, ...more }], rules);
    expect(read).toMatchObject({
      submission: { items: [{ checked: { ok: false, refusal: { code, pointer } } }] },
    });
  });

  it('take JSON under any of its names', () => {
    for (const datacontenttype of ['application/json', 'application/vnd.x+json; charset=utf-8'])
      expect(readStructured({ ...cloudEvent, datacontenttype }, rules)).toMatchObject({
        submission: { items: [{ checked: { ok: true } }] },
      });
  });

  it('that are none at all', () => {
    expect(readStructured([cloudEvent], rules).ok).toBe(false);
    expect(readBatched(cloudEvent, rules).ok).toBe(false);
    expect(readBatched([], rules).ok).toBe(false);
    expect(readBatched([7], rules)).toMatchObject({
      submission: { items: [{ checked: { refusal: { pointer: '/0' } } }] },
    });
  });
});
