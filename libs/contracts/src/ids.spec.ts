import { isId, isUuid, nameBasedId, newId, newUuid } from './ids';

describe('ids', () => {
  it('are a prefix and 26 characters of Crockford base32', () => {
    const id = newId('cust');
    expect(id).toMatch(/^cust_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
    expect(isId('cust', id)).toBe(true);
    expect(isId('prp', id)).toBe(false);
    expect(isId('cust', `${id}0`)).toBe(false);
    expect(isId('cust', id.replace(/.$/, 'u'))).toBe(false);
  });

  it('sort in the order of their making and never repeat', () => {
    const ids = Array.from({ length: 10_000 }, () => newId('sub'));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('name the same fee when the same usage is priced again', () => {
    const event = '9c2c8e3a-7f6b-4f5e-9c1f-2e6b6a4a9f21';
    expect(nameBasedId('fee', event, 'prc_1')).toBe(nameBasedId('fee', event, 'prc_1'));
    expect(nameBasedId('fee', event, 'prc_1')).not.toBe(nameBasedId('fee', event, 'prc_2'));
    expect(nameBasedId('fee', 'a', 'bc')).not.toBe(nameBasedId('fee', 'ab', 'c'));
  });

  it('new UUIDs are UUIDs', () => expect(isUuid(newUuid())).toBe(true));
});
