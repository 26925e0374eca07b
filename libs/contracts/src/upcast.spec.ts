import type { FactHeader } from './fact';
import { upcast } from './upcast';

const rated = (over: object): FactHeader => ({
  ...{ type: 'rating.usage-rated', platform: 'acc_a', mode: 'live', key: 'cust_a' },
  ...over,
});

describe('facts written before a field existed', () => {
  it('says of an authorization without more that its rest was given back', () => {
    expect(upcast([rated({ authorizationId: 'auth_1' })])).toEqual([
      rated({ authorizationId: 'auth_1', authorizationFinal: true }),
    ]);
  });

  it.each([
    rated({}),
    rated({ authorizationId: 'auth_1', authorizationFinal: false }),
    { ...rated({ authorizationId: 'auth_1' }), type: 'usage.recorded' },
  ])('leaves what is as today as it is: %j', (fact) => {
    expect(upcast([fact])[0]).toBe(fact);
  });
});
