import { checkUsageEvent, type UsageRules } from './usage';

const rules: UsageRules = {
  readInstant: (text) =>
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text)
      ? `${text.slice(0, -1)}.000000Z`
      : undefined,
  latestInstant: '2026-01-05T12:05:00.000000Z',
};
const ID = '9c2c8e3a-7f6b-4f5e-9c1f-2e6b6a4a9f21';
const COST_ID = '68116730-e125-408b-8f75-90f1fb9aa7dd';
const cost = { id: COST_ID, vendor_id: 'vnd_1', amount: 0.16 };
const sent = { id: ID, event_type: 'video_generated', occurred_at: '2026-01-05T12:00:00Z' };

const check = (more: object) => checkUsageEvent({ ...sent, ...more }, '/events/3', rules);
const accepted = (more: object = {}) => {
  const checked = check(more);
  if (!checked.ok) throw new Error(JSON.stringify(checked.refusal));
  return checked.event;
};

describe('usage event: what is taken', () => {
  it('keeps what was sent and normalises what identifies it', () => {
    const data = { minutes: 2, nested: { a: null } };
    expect(
      accepted({ id: ID.toUpperCase(), subject: 's', description: '', data, costs: [cost] }),
    ).toMatchObject({
      eventId: ID,
      eventType: 'video_generated',
      occurredAt: '2026-01-05T12:00:00.000000Z',
      occurredAtText: '2026-01-05T12:00:00Z',
      subject: 's',
      description: '',
      data,
      costs: [{ costId: COST_ID, amount: '0.16', currency: 'USD', sent: cost }],
    });
  });

  it('reads null as absent, and an event may have neither data nor costs', () => {
    const bare = accepted();
    expect(bare).toMatchObject({ data: undefined, costs: [] });
    const nulls = { subject: null, description: null, data: null, costs: null, surprise: null };
    expect(accepted(nulls).content).toBe(bare.content);
  });

  it('names the hold that it is captured from; the last one unless it says otherwise', () => {
    const hold = { authorization_id: 'auth_1' };
    const open = { ...hold, authorization_final: false };
    expect(accepted(hold).authorization).toEqual({ authorizationId: 'auth_1', final: true });
    expect(accepted(open).authorization).toEqual({ authorizationId: 'auth_1', final: false });
    expect(accepted(hold).content).not.toBe(accepted(open).content);
    expect(accepted({ authorization_id: null, authorization_final: null }).content).toBe(
      accepted().content,
    );
  });

  it('takes any past and what clocks may be ahead', () => {
    expect(accepted({ occurred_at: '1970-01-01T00:00:00Z' }).occurredAt).toContain('1970');
    expect(accepted({ occurred_at: '2026-01-05T12:05:00Z' }).occurredAt).toContain('12:05');
  });

  it('counts characters, not code units, and bytes of UTF-8', () => {
    expect(accepted({ subject: '😀'.repeat(255) }).subject).toHaveLength(510);
    expect(accepted({ data: { text: 'é'.repeat(32_000) } }).data).toBeDefined();
  });

  it('takes 100 costs', () => {
    const costs = Array.from({ length: 100 }, (_item, index) => ({
      ...cost,
      id: COST_ID.replace('68', String(10 + (index % 90))).replace(/dd$/, index < 90 ? 'dd' : 'de'),
    }));
    expect(accepted({ costs }).costs).toHaveLength(100);
  });
});

describe('usage event: what is refused, with its place', () => {
  it.each([
    ['no id', { id: undefined }, 'required', '/events/3/id'],
    ['an id that is no text', { id: 7 }, 'invalid_type', '/events/3/id'],
    ['an id that is no UUID', { id: 'evt_1' }, 'invalid_uuid', '/events/3/id'],
    ['no type', { event_type: null }, 'required', '/events/3/event_type'],
    ['an empty type', { event_type: '' }, 'too_small', '/events/3/event_type'],
    ['a long type', { event_type: 'x'.repeat(256) }, 'too_long', '/events/3/event_type'],
    ['no time', { occurred_at: undefined }, 'required', '/events/3/occurred_at'],
    ['a time as a number', { occurred_at: 1 }, 'invalid_type', '/events/3/occurred_at'],
    ['yesterday', { occurred_at: 'yesterday' }, 'invalid_instant', '/events/3/occurred_at'],
    [
      'a time too far ahead',
      { occurred_at: '2026-01-05T12:05:01Z' },
      'occurred_at_in_future',
      '/events/3/occurred_at',
    ],
    ['an empty subject', { subject: '' }, 'too_small', '/events/3/subject'],
    ['a long subject', { subject: 'x'.repeat(256) }, 'too_long', '/events/3/subject'],
    ['a long description', { description: 'x'.repeat(1_001) }, 'too_long', '/events/3/description'],
    ['data that is a list', { data: [1] }, 'invalid_type', '/events/3/data'],
    ['data of 65 KiB', { data: { a: 'x'.repeat(65 * 1024) } }, 'too_large', '/events/3/data'],
    ['data of 65 KiB in UTF-8', { data: { a: 'é'.repeat(33_000) } }, 'too_large', '/events/3/data'],
    ['costs that are no list', { costs: {} }, 'invalid_type', '/events/3/costs'],
    ['101 costs', { costs: Array.from({ length: 101 }, () => cost) }, 'too_big', '/events/3/costs'],
    ['a cost id twice', { costs: [cost, cost] }, 'cost_id_reused', '/events/3/costs/1/id'],
    ['an unknown field', { surprise: 1 }, 'unknown_field', '/events/3/surprise'],
    ['an odd field name', { 'a/b~c': 1 }, 'unknown_field', '/events/3/a~1b~0c'],
    [
      'a hold that is no text',
      { authorization_id: 1 },
      'invalid_type',
      '/events/3/authorization_id',
    ],
    [
      'an unclear last capture',
      { authorization_id: 'auth_1', authorization_final: 'no' },
      'invalid_type',
      '/events/3/authorization_final',
    ],
    [
      'a last capture of no hold',
      { authorization_final: false },
      'does_not_apply',
      '/events/3/authorization_final',
    ],
  ])('%s', (_name, more, code, pointer) => {
    expect(check(more)).toMatchObject({ ok: false, refusal: { code, pointer } });
  });

  it('what is no object at all', () => {
    for (const input of [null, 1, 'x', [sent]])
      expect(checkUsageEvent(input, '/events/3', rules)).toMatchObject({
        ok: false,
        refusal: { code: 'invalid_type', pointer: '/events/3' },
      });
  });

  it('one byte more than 128 KiB in all, field names and vendors included', () => {
    const costs = Array.from({ length: 33 }, (_item, index) => ({
      ...cost,
      id: `681167${index + 10}-e125-408b-8f75-90f1fb9aa7dd`,
      metadata: { text: 'x'.repeat(3_850) },
    }));
    const size = Buffer.byteLength(JSON.stringify({ ...sent, description: '', costs }));
    const filled = (missing: number) => ({ description: 'x'.repeat(missing), costs });
    expect(accepted(filled(128 * 1024 - size)).costs).toHaveLength(33);
    expect(check(filled(128 * 1024 - size + 1))).toMatchObject({
      ok: false,
      refusal: { code: 'too_large', pointer: '/events/3' },
    });
  });

  it('far more than 128 KiB in all', () => {
    const costs = Array.from({ length: 100 }, (_item, index) => ({
      ...cost,
      id: `681167${String(index).padStart(2, '0')}-e125-408b-8f75-90f1fb9aa7dd`,
      metadata: { text: 'x'.repeat(2_000) },
    }));
    expect(check({ costs })).toMatchObject({
      ok: false,
      refusal: { code: 'too_large', pointer: '/events/3' },
    });
  });
});
