import type { Api, Json } from '../api';
import { type Command, type CommandContext, EXIT } from '../command';

const ASK_EVERY_MS = 500;

/** Starts an audit of the wallet ledger, shows how far it is, and says what it found. */
export const audit: Command = {
  name: 'audit',
  summary: 'fold the whole wallet log anew and compare it with the live tables',
  usage: '',
  help: [
    'Every wallet, id, grant, statement line and book is made again from the log and compared with',
    'what stands in the tables, while the server goes on working. Nothing is changed.',
    '',
    'Exit code 0: no difference and balanced books; 1: differences, which are listed; 2: it could',
    'not be asked, or another audit is running.',
  ].join('\n'),
  options: {},
  positionalsMax: 0,
  run: runAudit,
};

async function runAudit(context: CommandContext) {
  const found = await followAudit(context.api(), (line) => context.progress.show(line));
  if (context.json) context.say(JSON.stringify(found, null, 2));
  else for (const line of auditLines(found)) context.say(line);
  return isSound(found) ? EXIT.ok : EXIT.differs;
}

/** Starts an audit and answers its report at the end. Errors: RequestRefused, Unusable. */
export async function followAudit(api: Api, show: (line: string) => void): Promise<Json> {
  let found = await api.post('/admin/audit');
  while (found['status'] === 'running') {
    show(progressLine(found));
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    found = await api.get(`/admin/audit/${String(found['id'])}`);
  }
  return found;
}

/** No difference, and balanced books. */
export const isSound = (found: Json): boolean => found['status'] === 'done' && found['ok'] === true;

const countsOf = (found: Json): Json => found['counts'] as Json;

const progressLine = (found: Json): string =>
  `partition ${String(found['partitions_done'])} of ${String(found['partitions'])}, ` +
  `${String(countsOf(found)['facts'])} facts, ${String(countsOf(found)['wallets'])} wallets`;

export function auditLines(found: Json): string[] {
  const counted = Object.entries(countsOf(found)).map(
    ([what, count]) => `${String(count).padStart(12)} ${what.replaceAll('_', ' ')}`,
  );
  const differences = found['differences'] as Json[];
  const count = Number(found['difference_count']);
  const left = count - differences.length;
  return [
    ...counted,
    ...differences.map(differenceLine),
    ...(left > 0 ? [`... and ${left} more`] : []),
    summaryOf(found, count),
  ];
}

function differenceLine(difference: Json): string {
  const where = ['platform', 'mode', 'customer_id', 'account_id']
    .map((member) => difference[member])
    .filter((value) => typeof value === 'string');
  const { what, expected, found } = difference;
  return `${where.join(' ')} ${String(what)}: log ${String(expected)}, table ${String(found)}`;
}

function summaryOf(found: Json, count: number): string {
  if (found['status'] !== 'done') return `The audit ended early: ${String(found['error'])}`;
  const books = found['balanced'] === true ? 'the books balance' : 'the books do NOT balance';
  return `${count === 0 ? 'no' : count} differences, ${books}, ${String(found['seconds'])} s`;
}
