import { grantRefusal, PLATFORM_SCOPES } from './api-key';

describe('API keys', () => {
  it('pass `admin` on only when they have it', () => {
    const admin = { mode: 'live', scopes: ['admin'] } as const;
    const writer = { mode: 'live', scopes: ['write'] } as const;
    expect(grantRefusal(admin, admin)).toBeUndefined();
    expect(grantRefusal(writer, admin)).toContain('admin');
    expect(grantRefusal(writer, { mode: 'live', scopes: ['read'] })).toBeUndefined();
  });

  it('of test mode open no way into live data', () => {
    const tester = { mode: 'test', scopes: ['write'] } as const;
    expect(grantRefusal(tester, { mode: 'live', scopes: ['read'] })).toBeDefined();
    expect(grantRefusal(tester, { mode: 'test', scopes: ['read'] })).toBeUndefined();
    expect(
      grantRefusal({ mode: 'live', scopes: ['write'] }, { mode: 'test', scopes: ['read'] }),
    ).toBeUndefined();
  });

  it('of a new platform reach nothing but the platform', () => {
    expect(PLATFORM_SCOPES).not.toContain('admin');
  });
});
