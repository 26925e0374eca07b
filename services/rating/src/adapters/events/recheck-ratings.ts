/**
 * Rating made again: every usage fact with the catalog head on its rated fact. Whatever differs from
 * what was published, by a byte, is named.
 */
import type { UsageRated, UsageRecorded } from '@kontor/contracts';
import {
  type DecisionDifference,
  type DecisionsAgain,
  type DeliveredFact,
  type FactBatch,
  type Recheck,
  textOfStored,
} from '@kontor/event-log';
import type { Database, Queryable } from '@kontor/postgres';
import { VersionUnknown } from '../../app/ports';
import { rateUsage } from '../../domain/rate-usage';
import { CatalogRows } from '../postgres/catalog-rows';
import { fromWire, toWire } from './rated-facts.mapping';

const TOPIC = 'rating.rated.v1';
const CAUSE_TOPIC = 'usage.recorded.v1';

/** `database`: rating's own log, and the copy of the catalog to price with. */
export const recheckRatings = (database: Database): Recheck => ({
  consumer: 'rating.usage',
  topic: CAUSE_TOPIC,
  open: async () => {
    const session = await database.connect();
    try {
      await indexCauses(session);
    } catch (error) {
      await session.close();
      throw error;
    }
    return new RatingsAgain(session, database);
  },
});

/** Where the answer to each usage record stands: the log itself is only ever read in order. */
async function indexCauses(session: Queryable): Promise<void> {
  await session.query(
    `CREATE TEMP TABLE answer AS
       SELECT partition, position, cause_position AS cause FROM log_record
       WHERE topic = '${TOPIC}' AND cause_topic = '${CAUSE_TOPIC}'`,
  );
  await session.query('CREATE INDEX ON answer (partition, cause)');
  await session.query('ANALYZE answer');
}

class RatingsAgain implements DecisionsAgain {
  /** By reporting currency: it may have been another one in former days. */
  private readonly catalogs = new Map<string, CatalogRows>();

  constructor(
    private readonly session: Queryable & { close(): Promise<void> },
    private readonly database: Queryable,
  ) {}

  async compare({ facts }: Pick<FactBatch<UsageRecorded>, 'facts'>): Promise<DecisionDifference[]> {
    const answers = await this.answersTo(facts);
    const differences: DecisionDifference[] = [];
    const byCatalog = new Map<string, Answered[]>();
    for (const { fact: usage } of facts) {
      const rated = answers.get(nameOf(usage));
      if (!rated) {
        differences.push({ key: keyOf(usage), difference: 'missing' });
        continue;
      }
      const catalog = `${rated.reportingCurrency} ${rated.catalogHead}`;
      byCatalog.set(catalog, [...(byCatalog.get(catalog) ?? []), { usage, rated }]);
    }
    for (const answered of byCatalog.values()) differences.push(...(await this.changed(answered)));
    return differences;
  }

  close(): Promise<void> {
    return this.session.close();
  }

  private async answersTo(facts: readonly DeliveredFact[]): Promise<Map<string, UsageRated>> {
    const causes = new Map(
      facts.map((fact) => [`${fact.partition} ${fact.position}`, fact] as const),
    );
    const rows = await this.session.query<{ facts: string }>(
      `SELECT l.facts FROM unnest($1::int[], $2::bigint[]) AS c (partition, cause)
       JOIN answer AS a USING (partition, cause)
       JOIN log_record AS l
         ON l.topic = '${TOPIC}' AND l.partition = a.partition AND l.position = a.position`,
      [
        [...causes.values()].map(({ partition }) => partition),
        [...causes.values()].map(({ position }) => position),
      ],
    );
    // As they were written, not as they are read today: they are compared byte for byte.
    const answers = rows.flatMap((row) => JSON.parse(textOfStored(row.facts)) as UsageRated[]);
    return new Map(answers.map((rated) => [nameOf(rated), rated]));
  }

  /** All of one catalog head. */
  private async changed(answered: readonly Answered[]): Promise<DecisionDifference[]> {
    const [first] = answered;
    if (!first) return [];
    const { catalogHead, reportingCurrency } = first.rated;
    const usages = answered.map(({ usage }) => fromWire(usage));
    const books = await this.catalogOf(reportingCurrency).booksAt(catalogHead, usages);
    return answered.flatMap(({ usage, rated }) => {
      const one = fromWire(usage);
      const again = ratedAgain(() =>
        toWire(usage, rateUsage(one, books.held(one, one.occurredAt), books.exchange(one)), {
          catalogHead,
          reportingCurrency,
        }),
      );
      return again === JSON.stringify(rated)
        ? []
        : [{ key: keyOf(usage), difference: 'changed' as const }];
    });
  }

  private catalogOf(reportingCurrency: string): CatalogRows {
    const known = this.catalogs.get(reportingCurrency);
    if (known) return known;
    const catalog = new CatalogRows(this.database, reportingCurrency);
    this.catalogs.set(reportingCurrency, catalog);
    return catalog;
  }
}

interface Answered {
  readonly usage: UsageRecorded;
  readonly rated: UsageRated;
}

type Named = Pick<UsageRecorded, 'platform' | 'mode' | 'eventId'>;

const nameOf = ({ platform, mode, eventId }: Named): string => `${platform} ${mode} ${eventId}`;
const keyOf = ({ platform, mode, eventId }: Named) => ({ platform, mode, event_id: eventId });

/** What cannot be priced any more differs, too. */
function ratedAgain(rate: () => UsageRated): string | undefined {
  try {
    return JSON.stringify(rate());
  } catch (error) {
    if (error instanceof VersionUnknown) return undefined;
    throw error;
  }
}
