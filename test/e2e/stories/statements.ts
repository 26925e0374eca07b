/**
 * What an accountant asks of a wallet: its statement, what it was, and whether the books are right.
 */
import { randomUUID } from 'node:crypto';
import { type ApiClient, type Json, pollUntil } from '@kontor/testkit';
import {
  customerOf,
  processed,
  send,
  simpleProduct,
  unique,
  untilAvailable,
  usage,
} from './setting';

export function statementStories(live: () => ApiClient): void {
  describe('statements', () => {
    let customer: string;
    let wallet: string;
    let event: Json;
    let paidAt: string;

    beforeAll(async () => {
      const code = unique('page');
      const price = { code, eventType: code, value: { unit_price: '0.25' } };
      await live().create('/products', simpleProduct(price));
      customer = await customerOf(live(), code);
      wallet = `/customers/${customer}/wallet`;
      const paid = await live().create(`${wallet}/adjustments`, {
        transaction_id: randomUUID(),
        asset: 'USD',
        amount: 10,
        reason: 'external_topup',
        description: '=SUM(A1:A9), "top-up"',
      });
      paidAt = paid.created_at as string;
      event = usage(code, {}, { subject: 'job_1' });
      await send(live(), customer, event);
      await processed(live(), event.id as string);
      await untilAvailable(live(), customer, '9.75');
    });

    it('show each transaction with the balance after it', async () => {
      const statement = await pollUntil(async () => {
        const list = await live().read(`${wallet}/transactions`);
        return list.total_count === 2 ? list : undefined;
      });
      expect(statement.items).toMatchObject([
        { type: 'fee', amount: '-0.25', balance: '9.75', event_id: event.id, subject: 'job_1' },
        { type: 'adjustment', amount: '10', balance: '10' },
      ]);
      const fees = await live().read(`${wallet}/transactions?type=fee&subject=job_1`);
      expect(fees.items).toEqual([statement.items[0]]);
    });

    it('are a file for spreadsheets that calculates nothing', async () => {
      const { url, key } = live();
      const headers = { authorization: `Bearer ${key}`, accept: 'text/csv' };
      const answer = await fetch(`${url}${wallet}/transactions`, { headers });
      expect(answer.headers.get('content-type')).toContain('text/csv');
      expect(answer.headers.get('content-disposition')).toContain(`statement-${customer}.csv`);
      const [header, fee, adjustment, end] = (await answer.text()).split('\r\n');
      expect(header).toContain('id,type,account_id,asset,amount,balance');
      expect(fee).toContain(',fee,default:USD,USD,-0.25,9.75,');
      expect(adjustment).toContain(`,10,10,"'=SUM(A1:A9), ""top-up""",`);
      expect(end).toBe('');
    });

    it('and the wallet as it was before the usage', async () => {
      const { accounts } = await live().read(`${wallet}?as_of=${paidAt}`);
      expect(accounts).toMatchObject([{ id: 'default:USD', available: '10' }]);
      const grants = await live().read(`${wallet}/default:USD/grants?as_of=${paidAt}`);
      expect(grants.items).toMatchObject([{ amount: '10', available: '10', burn_position: 1 }]);
      const later = await live().get(`${wallet}?as_of=2999-01-01T00:00:00Z`);
      expect(later).toMatchObject({ status: 422, body: { code: 'as_of_in_future' } });
    });

    it('agree with the log, as an audit says', async () => {
      const started = await live().create('/admin/audit', undefined);
      const audit = await pollUntil(
        async () => {
          const report = await live().read(`/admin/audit/${started.id}`);
          return report.status === 'running' ? undefined : report;
        },
        { timeoutMs: 20_000, what: 'an audit' },
      );
      expect(audit).toMatchObject({ status: 'done', ok: true, balanced: true, differences: [] });
      expect(audit.counts.wallets).toBeGreaterThan(0);
    });
  });
}
