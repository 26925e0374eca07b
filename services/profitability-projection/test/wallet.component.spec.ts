import { randomUUID } from 'node:crypto';
import type { FactHeader } from '@kontor/contracts';
import { pollUntil } from '@kontor/testkit';
import { customerId, factsOf, openProjection, type Projection } from './facts';

const AT = '2026-01-05T14:32:18.000000Z';

describe('what the wallet says besides the value of fees', () => {
  let projection: Projection;
  beforeAll(async () => {
    projection = await openProjection();
  });
  afterAll(() => projection.stop());

  const header = (customer: string) => ({ platform: 'acc_test', mode: 'live', key: customer });
  const posted = (...facts: readonly object[]) =>
    projection.append('wallet.posted.v1', facts as FactHeader[]);

  const charged = (customer: string, amount: string, more: object = {}): object => ({
    type: 'wallet.funds-charged',
    ...header(customer),
    ...{ transactionId: randomUUID(), accountId: 'default:USD', asset: 'USD', amount },
    ...{ fiatValue: amount, fiatRate: '1', takes: [], balance: '0', at: AT, legs: [] },
    ...more,
  });
  const captured = (customer: string, amount: string, more: object = {}): object => ({
    type: 'wallet.hold-captured',
    ...header(customer),
    ...{ transactionId: `${randomUUID()}.1`, accountId: 'default:USD', asset: 'USD', amount },
    ...{ fiatValue: amount, fiatRate: '1', takes: [], balance: '0', at: AT, legs: [] },
    draw: { authorizationId: randomUUID(), held: [{ grantId: 'g', amount }], overdraft: '0' },
    ...{ debt: { from: '0', amount: '0' }, capturedInAll: amount, ends: true },
    ...more,
  });

  it('counts charges and captures in the revenue of the customer and the subject', async () => {
    const customer = customerId();
    await posted(
      charged(customer, '2', { subject: 'chat-1' }),
      captured(customer, '0.5', { subject: 'chat-1' }),
      charged(customer, '3', { asset: 'PTS', fiatValue: null, fiatRate: null }),
      {
        type: 'wallet.hold-placed',
        ...header(customer),
        ...{ transactionId: 'a', authorizationId: 'a', accountId: 'default:USD', asset: 'USD' },
        ...{ amount: '9', takes: [], overdraft: '9', expiresAt: AT, balance: '0', at: AT },
        legs: [],
      },
    );
    const expected = { gross_revenue: '2.5', net_revenue: '2.5' };
    const path = `/customers/${customer}/stats`;
    await pollUntil(async () => (await projection.api.read(path)).gross_revenue === '2.5');
    expect(await projection.api.read(path)).toMatchObject({
      ...expected,
      unconverted: [{ currency: 'PTS', revenue: '3', costs: '0' }],
    });
    const subject = `/subjects/chat-1/stats?customer_id=${customer}`;
    expect(await projection.api.read(subject)).toMatchObject(expected);
    for (const period of [
      'period_from=2026-01-05T14:00:00Z&period_to=2026-01-05T15:00:00Z',
      'period_from=2026-01-05&period_to=2026-01-05',
    ]) {
      expect(await projection.api.read(`${path}?${period}`)).toMatchObject(expected);
      expect(await projection.api.read(`${subject}&${period}`)).toMatchObject(expected);
      const all = await projection.api.read(`/customers/stats?${period}`);
      expect(all.items.find(({ id }: { id: string }) => id === customer).stats).toMatchObject(
        expected,
      );
    }
    const later = 'period_from=2026-01-05T15:00:00Z&period_to=2026-01-05T16:00:00Z';
    expect(await projection.api.read(`${path}?${later}`)).toMatchObject({ gross_revenue: '0' });
  });

  it('shows on the fee and in the customer’s stats what is never collected', async () => {
    const customer = customerId();
    const facts = factsOf({ customer, fees: [{ asset: 'MIN', amount: '4', value: '0.4' }] });
    const [debit] = facts['wallet.posted.v1'];
    await projection.append('usage.recorded.v1', facts['usage.recorded.v1']);
    await projection.append('rating.rated.v1', facts['rating.rated.v1']);
    await projection.append('cost.attributed.v1', facts['cost.attributed.v1']);
    await posted({ ...debit, uncollected: '1', debt: '3' });
    const { eventId } = debit as unknown as { eventId: string };
    expect(await projection.api.read(`/events/${eventId}`)).toMatchObject({
      status: 'processed',
      fees: [{ amount: '4', uncollected: '1' }],
    });
    for (const period of ['', '?period_from=2026-01-05T14:00:00Z&period_to=2026-01-05T15:00:00Z'])
      expect(await projection.api.read(`/customers/${customer}/stats${period}`)).toMatchObject({
        gross_revenue: '0.4',
        uncollected: '0.1',
      });
  });

  it('shows what became of the authorization that an event named, and waits for it', async () => {
    const customer = customerId();
    const facts = factsOf({ customer, fees: [{ amount: '4' }] });
    const [rated] = facts['rating.rated.v1'];
    const { eventId } = rated as unknown as { eventId: string };
    await projection.append('usage.recorded.v1', facts['usage.recorded.v1']);
    await projection.append('rating.rated.v1', [
      { ...rated, authorizationId: 'auth_1', authorizationFinal: true } as FactHeader,
    ]);
    await projection.append('cost.attributed.v1', facts['cost.attributed.v1']);
    await posted(...facts['wallet.posted.v1']);
    const first = await projection.api.read(`/events/${eventId}`);
    expect(first.status).toBe('processing');
    expect(first.authorization).toBeUndefined();
    await posted({
      type: 'wallet.authorization-used',
      ...header(customer),
      ...{ authorizationId: 'auth_1', eventId, captured: '0', capturedInAll: '0', ends: false },
      ...{ ignored: 'authorization_not_open', at: AT, legs: [] },
    });
    expect(await projection.api.read(`/events/${eventId}`)).toMatchObject({
      status: 'processed',
      authorization: {
        id: 'auth_1',
        status: 'ignored',
        captured: '0',
        reason: 'authorization_not_open',
      },
    });
  });
});
