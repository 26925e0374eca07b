import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { factsOf, storedText, textOfStored } from './stored-facts';

const fact = (n: number, rest: object = {}) => ({
  ...{ type: 'rating.usage-rated', platform: 'acc_1', mode: 'live', key: `cust_${n}` },
  ...rest,
});
const large = JSON.stringify(Array.from({ length: 50 }, (_, n) => fact(n)));

describe('facts as they are stored', () => {
  it('come back byte for byte, whatever is in them and however many', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.lorem());
    const value = fc.oneof(text, fc.json(), fc.double(), fc.dictionary(text, text));
    const facts = fc.array(fc.record({ key: text, data: value }), { minLength: 1, maxLength: 20 });
    const repeated = fc.tuple(facts, fc.integer({ min: 1, max: 60 }));
    fc.assert(
      fc.property(repeated, ([some, times]) => {
        const json = JSON.stringify(Array.from({ length: times }, () => some).flat());
        const stored = storedText(json);
        expect(textOfStored(stored)).toBe(json);
        expect(stored).not.toContain('\n');
        expect(stored.length).toBeLessThanOrEqual(Buffer.byteLength(json));
      }),
      { numRuns: 500 },
    );
  });

  it('are packed from 2,048 bytes of UTF-8 on', () => {
    const ofBytes = (bytes: number) => `["${'ä'.repeat(100)}${'a'.repeat(bytes - 204)}"]`;
    expect(Buffer.byteLength(ofBytes(2_048))).toBe(2_048);
    expect(storedText(ofBytes(2_047))).toBe(ofBytes(2_047));
    expect(storedText(ofBytes(2_048))).toMatch(/^z2048 [A-Za-z0-9+/]+=*$/);
  });

  it('stay as they are when packing does not make them shorter', () => {
    const noise = createHash('shake256', { outputLength: 6_000 }).digest('base64');
    expect(storedText(`["${noise}"]`)).toBe(`["${noise}"]`);
  });

  it('are read as today, whatever they lacked when they were written', () => {
    const old = Array.from({ length: 50 }, (_, n) => fact(n, { authorizationId: 'auth_1' }));
    const stored = storedText(JSON.stringify(old));
    expect(stored.startsWith('z')).toBe(true);
    expect(factsOf(stored)).toEqual(old.map((one) => ({ ...one, authorizationFinal: true })));
  });

  const packed = storedText(large);
  const bytes = Buffer.byteLength(large);
  it.each([
    ['of another length', packed.replace(`z${bytes} `, `z${bytes + 1} `), `${bytes} bytes instead`],
    ['of less than was packed', packed.replace(`z${bytes} `, `z${bytes - 1} `), 'larger than'],
    ['cut off', packed.slice(0, -20), 'unexpected end'],
    ['of no length', packed.replace(`z${bytes} `, 'z '), 'how long'],
    ['of an absurd length', packed.replace(`z${bytes} `, 'z9999999999 '), 'how long'],
    ['that are empty', `z${bytes} `, 'unexpected end'],
  ])('%s are refused', (_what, damaged, reason) => {
    expect(() => textOfStored(damaged)).toThrow(/^stored facts are damaged: /);
    expect(() => textOfStored(damaged)).toThrow(reason);
  });

  it('are never read as others when a letter of them was changed', () => {
    const letters = [...'ABCXYZabcxyz0189+/'];
    const head = packed.indexOf(' ') + 1;
    const place = fc.integer({ min: head, max: packed.length - 1 });
    fc.assert(
      fc.property(place, fc.constantFrom(...letters), (at, letter) => {
        const damaged = packed.slice(0, at) + letter + packed.slice(at + 1);
        let text: string | undefined;
        try {
          text = textOfStored(damaged);
        } catch (error) {
          expect(String(error)).toContain('stored facts are damaged');
        }
        // The bits that fill up the last letter mean nothing.
        expect([undefined, large]).toContain(text);
      }),
      { numRuns: 1_000 },
    );
  });
});
