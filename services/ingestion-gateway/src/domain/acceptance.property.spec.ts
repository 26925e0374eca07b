import fc from 'fast-check';
import { firstOfEach, judge, contentOf, type Candidate } from './acceptance';
import { canonicalJson, exceedsBytes } from './canonical-json';
import { checkUsageEvent } from './usage';

const rules = { readInstant: (text: string) => text, latestInstant: '9' };
const contentOfSent = (sent: object): string => {
  const checked = checkUsageEvent(sent, '', rules);
  if (!checked.ok) throw new Error(checked.refusal.detail);
  return contentOf('cust_1', [], checked.event);
};

const json = fc.jsonValue({ maxDepth: 4 });
const data = fc
  .dictionary(fc.string(), json, { maxKeys: 6 })
  .filter((each) => !('__proto__' in each));

const shuffledKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffledKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, shuffledKeys(member)]),
  );
};

const event = (more: object) => ({
  id: '9c2c8e3a-7f6b-4f5e-9c1f-2e6b6a4a9f21',
  event_type: 'x',
  occurred_at: '2026-01-05T12:00:00Z',
  ...more,
});

describe('content: what tells events apart', () => {
  it('does not change with the order of keys or the way through JSON', () => {
    fc.assert(
      fc.property(data, (each) => {
        const again: unknown = JSON.parse(JSON.stringify(shuffledKeys(each)));
        expect(contentOfSent(event({ data: again }))).toBe(contentOfSent(event({ data: each })));
      }),
    );
  });

  it('is the same exactly for equal data', () => {
    fc.assert(
      fc.property(data, data, (one, other) => {
        const isEqual = canonicalJson(one) === canonicalJson(other);
        const isSame =
          JSON.stringify(JSON.parse(canonicalJson(one))) ===
          JSON.stringify(JSON.parse(canonicalJson(other)));
        expect(isEqual).toBe(isSame);
        expect(contentOfSent(event({ data: one })) === contentOfSent(event({ data: other }))).toBe(
          isEqual,
        );
      }),
    );
  });

  it('is JSON that says what was said', () => {
    fc.assert(
      fc.property(json, (each) => {
        const plain: unknown = JSON.parse(JSON.stringify(each));
        expect(JSON.parse(canonicalJson(plain))).toEqual(plain);
      }),
    );
  });

  it.each([
    ['another customer', 'cust_2', [], {}],
    ['another vendor', 'cust_1', ['vnd_2'], {}],
  ])('is other for %s', (_name, customer, vendors, more) => {
    const checked = checkUsageEvent(event(more), '', rules);
    if (!checked.ok) throw new Error('refused');
    expect(contentOf(customer, vendors, checked.event)).not.toBe(
      contentOf('cust_1', [], checked.event),
    );
  });

  it.each([
    ['type', { event_type: 'y' }],
    ['time', { occurred_at: '2026-01-05T12:00:01Z' }],
    ['subject', { subject: 's' }],
    ['description', { description: 's' }],
    ['empty data', { data: {} }],
  ])('is other with another %s', (_name, more) => {
    expect(contentOfSent(event(more))).not.toBe(contentOfSent(event({})));
  });

  it('reads 1, 1.0 and 1e0 as one number, and -0 as 0', () => {
    const texts = ['{"a":1}', '{"a":1.0}', '{"a":1e0}'].map((text) =>
      canonicalJson(JSON.parse(text)),
    );
    expect(new Set(texts).size).toBe(1);
    expect(canonicalJson(-0)).toBe('0');
  });

  it('counts bytes as UTF-8 does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, max) => {
        expect(exceedsBytes(text, max)).toBe(Buffer.byteLength(text) > max);
      }),
    );
  });
});

const candidates = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    contentHash: fc.constantFrom('1', '2'),
  }),
  { maxLength: 20 },
);

/** What a store does with what `judge` accepts. */
const remembering = (known: Map<string, string>, batch: readonly Candidate[]) => {
  const verdicts = judge(batch, new Map(known));
  for (const { key, contentHash } of firstOfEach(batch))
    if (!known.has(key)) known.set(key, contentHash);
  return verdicts;
};

describe('acceptance', () => {
  it('accepts exactly the first event of each id, however they are cut into batches', () => {
    fc.assert(
      fc.property(candidates, fc.nat(20), (all, cut) => {
        const whole = remembering(new Map(), all);
        const known = new Map<string, string>();
        const cutUp = [
          ...remembering(known, all.slice(0, cut)),
          ...remembering(known, all.slice(cut)),
        ];
        expect(cutUp).toEqual(whole);
        const accepted = all.filter((_one, index) => whole[index] === 'accepted');
        expect(accepted).toEqual(firstOfEach(all));
      }),
    );
  });

  it('calls the same content a duplicate and other content a reused id', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        const first = new Map(firstOfEach(all).map(({ key, contentHash }) => [key, contentHash]));
        judge(all, new Map()).forEach((verdict, index) => {
          const { key, contentHash } = all[index]!;
          if (verdict === 'accepted') return;
          expect(verdict).toBe(first.get(key) === contentHash ? 'duplicate' : 'event_id_reused');
        });
      }),
    );
  });
});
