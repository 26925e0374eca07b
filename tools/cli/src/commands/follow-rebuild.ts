/** A rebuild of one service's read model, started and followed to its end. */
import type { Json } from '../api';
import type { CommandContext } from '../command';
import { UsageError } from '../command';

const ASK_EVERY_MS = 300;

/** The services that have a read model, in the order in which facts reach them. */
export const SERVICES_WITH_VIEWS: readonly string[] = [
  'ingestion-gateway',
  'rating',
  'cost-attribution',
  'wallet-ledger',
  'profitability-projection',
];

/** Errors: UsageError for a service without a read model. */
export function serviceNamed(name: string): string {
  if (SERVICES_WITH_VIEWS.includes(name)) return name;
  throw new UsageError(
    `${name} has no read model; those that have one: ${SERVICES_WITH_VIEWS.join(', ')}`,
  );
}

export interface RebuildWish {
  readonly verify: boolean;
  readonly swap: boolean;
}

export async function followRebuild(
  context: CommandContext,
  service: string,
  wish: RebuildWish,
): Promise<Json> {
  const api = context.api();
  let found = await api.post(`/admin/${service}/rebuilds`, wish);
  while (found['ended_at'] === null && found['state'] !== 'interrupted') {
    context.progress.show(progressLine(service, found));
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    found = await api.get(`/admin/${service}/rebuilds/${String(found['id'])}`);
  }
  return found;
}

function progressLine(service: string, found: Json): string {
  const left = found['seconds_left'];
  const time = left === null ? '' : `, ${String(left)} s left`;
  return (
    `${service}: ${String(found['state'])}, ${String(found['facts_done'])} of ` +
    `${String(found['facts_total'])} facts, ${String(found['facts_per_second'])} facts/s${time}`
  );
}

export const comparisonOf = (found: Json): Json | undefined =>
  (found['comparison'] as Json | null) ?? undefined;

/** Whether it came to its end and found nothing. */
export const isWell = (found: Json): boolean =>
  found['state'] === 'done' && comparisonOf(found)?.['same'] !== false;

export function linesOf(service: string, found: Json): string[] {
  if (found['state'] !== 'done')
    return [
      `${service}: ${String(found['state'])}, ${String(found['reason'] ?? 'no reason known')}`,
    ];
  const comparison = comparisonOf(found);
  const facts = `${String(found['facts_done'])} facts, ${String(found['facts_per_second'])} facts/s`;
  if (!comparison) return [`${service}: rebuilt, ${facts}`];
  const differences = comparison['differences'] as Json[];
  return [
    ...differences.map((one) => `${service}: ${differenceLine(one)}`),
    ...(comparison['truncated'] === true ? [`${service}: ... and more`] : []),
    `${service}: ${differences.length === 0 ? 'no' : differences.length} differences, ${facts}`,
  ];
}

function differenceLine({ table, key, difference }: Json): string {
  const named = Object.entries(key as Json).map(([column, value]) => `${column}=${String(value)}`);
  return `${String(table)} ${named.join(' ')}: ${String(difference)}`;
}
