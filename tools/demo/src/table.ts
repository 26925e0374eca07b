/**
 * The table that answers "which customers are profitable?".
 */
export interface Row {
  readonly name: string;
  readonly events: number;
  readonly cost: string;
  readonly revenue: string;
  /** Fraction as text, or null when nothing was sold. */
  readonly margin: string | null;
}

const RED = '\u001b[31m';
const BOLD = '\u001b[1m';
const PLAIN = '\u001b[0m';

const WIDTHS = { name: 18, events: 9, money: 13, margin: 9 };

export function renderTable(rows: readonly Row[], colours: boolean): string {
  const heading = line('Customer', 'Events', 'Cost', 'Revenue', 'Margin');
  const body = rows.map((row) => {
    const text = line(
      row.name,
      row.events.toLocaleString('en-US'),
      dollars(row.cost),
      dollars(row.revenue),
      percent(row.margin),
    );
    const loses = row.margin?.startsWith('-') ?? false;
    return colours && loses ? `${RED}${text}${PLAIN}` : `${text}${loses ? '  loses' : ''}`;
  });
  return [colours ? `${BOLD}${heading}${PLAIN}` : heading, ...body].join('\n');
}

const line = (...cells: readonly [string, string, string, string, string]): string =>
  cells[0].slice(0, WIDTHS.name).padEnd(WIDTHS.name) +
  cells[1].padStart(WIDTHS.events) +
  cells[2].padStart(WIDTHS.money) +
  cells[3].padStart(WIDTHS.money) +
  cells[4].padStart(WIDTHS.margin);

/** Cut to cents for the eye; the exact figure is one request away. */
function dollars(amount: string): string {
  const [whole = '0', fraction = ''] = amount.replace('-', '').split('.');
  const sign = amount.startsWith('-') ? '-' : '';
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${sign}$${grouped}.${fraction.slice(0, 2).padEnd(2, '0')}`;
}

const percent = (margin: string | null): string =>
  margin === null ? '-' : `${(Number(margin) * 100).toFixed(1)}%`;
