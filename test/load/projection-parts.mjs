/**
 * The parts of the projection that are measured: where the writer puts what the consumers fold, and
 * what must be there afterwards.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from './harness.mjs';
import { DETAIL, NOTHING_STORED } from './projection-world.mjs';

const require = createRequire(import.meta.url);
const built = (file) =>
  require(path.join(root, 'services/profitability-projection/dist', `${file}.js`));
const { VIEW_TABLES } = built('adapters/postgres/view-writer');
const { DetailPart } = built('adapters/postgres/detail-part');
const { KnownEventRows } = built('adapters/postgres/known-event-rows');
const { RollUpPart } = built('adapters/postgres/roll-up-rows');
const { ROLL_UP_TABLES } = built('domain/roll-ups');
const { Changes } = built('domain/changes');
const { KnownSoFar } = built('app/known-so-far');
const { RecentEvents } = built('app/recent-events');

/**
 * Only the roll-ups are written. What the topics say of each other's events is remembered, as it is
 * by the fold in memory: the rows that say it are the event detail. Made anew for each run.
 */
function rollUpTables() {
  const known = rememberedEvents();
  return {
    stored: () => known.view,
    parts: (statements, changes) => [known.keeping(changes), new RollUpPart(statements, changes)],
  };
}

const detailTables = () => ({
  stored: (statements, applied) => new KnownEventRows(statements, applied),
  parts: (statements, changes) => [new DetailPart(statements, changes)],
});

const FEE = '0.0125';
const COST = '0.004';
const are = (expected) => (row) => Object.entries(expected).every(([name, is]) => row[name] === is);
const counts = (tables) =>
  tables.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`).join(', ');
const EMPTY = (tables) => Object.fromEntries(tables.map((table) => [table, '0']));
const SUMS = `SELECT
  (SELECT sum(revenue) FROM platform_day) = $1::numeric * ${FEE} AS revenue,
  (SELECT sum(costs) FROM platform_day) = $1::numeric * ${COST} AS costs,
  (SELECT sum(events) = $1 AND sum(with_fees) = $1 FROM platform_day) AS events,
  (SELECT sum(revenue) = $1::numeric * ${FEE} AND sum(costs) = $1::numeric * ${COST}
     AND sum(events) = $1 AND sum(with_fees) = $1 FROM customer_day) AS customers,
  (SELECT sum(revenue) = $1::numeric * ${FEE} AND sum(costs) = $1::numeric * ${COST}
     FROM subject_day) AS subjects,
  (SELECT sum(revenue) = $1::numeric * ${FEE} AND sum(costs) = $1::numeric * ${COST}
     FROM product_day) AS products,
  (SELECT sum(events) = $1 FROM product_event_day) AS sold,
  (SELECT sum(events) = $1 AND sum(with_fees) = $1 FROM type_day) AS types,
  (SELECT sum(costs) = $1::numeric * ${COST} FROM vendor_day) AS vendors`;
const allTrue = (row) => Object.values(row).every((value) => value === true);

async function rollUpsHold(database, events) {
  const [row] = await database.query(SUMS, [events]);
  return allTrue(row) ? [] : [row];
}

async function detailHolds(database, events) {
  const [row] = await database.query(`SELECT ${counts(DETAIL)},
    (SELECT sum(value) FROM fee_value) = ${FEE} * ${events} AS fees,
    (SELECT sum(converted) FROM cost_detail) = ${COST} * ${events} AS costs,
    (SELECT sum(costs) FROM event_share) = ${COST} * ${events} AS shares`);
  const whole = Object.fromEntries(DETAIL.map((table) => [table, String(events)]));
  return are({ ...whole, fees: true, costs: true, shares: true })(row) ? [] : [row];
}

async function isEmpty(database, tables) {
  const [row] = await database.query(`SELECT ${counts(tables)}`);
  return are(EMPTY(tables))(row) ? [] : [row];
}

/** Each says with which tables it is written, and what is wrong with them afterwards. */
export const PARTS = {
  rollUps: {
    tables: rollUpTables,
    wrong: async (database, events) => [
      ...(await rollUpsHold(database, events)),
      ...(await isEmpty(database, DETAIL)),
    ],
  },
  detail: {
    tables: detailTables,
    wrong: async (database, events) => [
      ...(await detailHolds(database, events)),
      ...(await isEmpty(database, ROLL_UP_TABLES)),
    ],
  },
  whole: {
    tables: () => VIEW_TABLES,
    wrong: async (database, events) => [
      ...(await rollUpsHold(database, events)),
      ...(await detailHolds(database, events)),
    ],
  },
};

/** What earlier transactions said, found as the fold in memory finds it. */
function rememberedEvents() {
  const all = new Changes();
  return {
    view: new KnownSoFar(all, new RecentEvents(), NOTHING_STORED),
    keeping: (changes) => ({
      writeFolded: async () => {},
      finish: async () => {
        for (const list of ['usage', 'rated', 'costs', 'reversedCosts', 'fees'])
          for (const one of changes[list]) all[list].push(one);
        return 0;
      },
    }),
  };
}
