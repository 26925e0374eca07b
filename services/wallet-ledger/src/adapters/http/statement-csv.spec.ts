import type { StatementRow } from '../postgres/statement-lines';
import { lineOf, prefersCsv } from './statement-csv';

const ROW: StatementRow = {
  transactionId: 'fee_1',
  type: 'fee',
  accountId: 'default:USD',
  asset: 'USD',
  amount: '-0.000000000001',
  balance: '12345678901234.5',
  description: null,
  subject: null,
  eventId: null,
  lots: '[{"grantId":"grt_1","amount":"0.5"},{"grantId":"grt_2","amount":"1"}]',
  metadata: null,
  createdAt: '2026-01-05T14:32:18.000000Z',
  position: '1',
  index: 0,
};
const cells = (row: Partial<StatementRow>): string => lineOf({ ...ROW, ...row });

describe('A statement as CSV', () => {
  it('has exact decimals, also below zero, and nothing for what is not there', () => {
    expect(lineOf(ROW)).toBe(
      'fee_1,fee,default:USD,USD,-0.000000000001,12345678901234.5,,,,grt_1 0.5; grt_2 1,,' +
        '2026-01-05T14:32:18.000000Z,2026-01-05T14:32:18.000000Z\r\n',
    );
  });

  it('quotes commas, quotes and line ends', () => {
    expect(cells({ description: 'one, "two"\r\nthree' })).toContain(',"one, ""two""\r\nthree",');
    expect(cells({ metadata: '{"a":"b"}' })).toContain(',"{""a"":""b""}",');
    expect(cells({ subject: ' a ' })).toContain('," a ",');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '  =1', '=HYPERLINK("x")'])(
    'defuses %j, which a spreadsheet would calculate',
    (text) => {
      const quoted = /["\r\n]|\s$/.test(text) ? `"'${text.replaceAll('"', '""')}"` : `'${text}`;
      expect(cells({ subject: text })).toContain(`,${quoted},`);
      expect(cells({ accountId: `${text}:USD` })).toContain("'");
      expect(cells({ description: text })).not.toContain(`,${text},`);
    },
  );
});

describe('A client', () => {
  it.each([
    ['text/csv', true],
    ['TEXT/CSV; charset=utf-8', true],
    ['application/json;q=0.5, text/csv', true],
    ['text/csv, application/json', true],
    ['text/csv;q=0.1, application/json', false],
    ['text/csv;q=0', false],
    ['text/csv;q=wrong', false],
    ['application/json', false],
    ['*/*', false],
    ['', false],
    [undefined, false],
  ])('that accepts %j gets CSV: %s', (accept, expected) => {
    expect(prefersCsv(accept)).toBe(expected);
  });
});
