/**
 * Callers that authorize, then capture or void that hold in turn, each with at most one hold open.
 * The same for every side: a side is three functions that end well, or throw.
 */
import { createHash } from 'node:crypto';

export const newTally = () => ({
  authorized: 0,
  captured: 0,
  voided: 0,
  refused: 0,
  capturedCents: 0,
});

export const operationsOf = ({ authorized, captured, voided }) => authorized + captured + voided;

export function addTo(total, tally) {
  for (const name of Object.keys(tally)) total[name] += tally[name];
  return total;
}

/** 0.01 to 3.00 */
const centsOf = (number) => 1 + ((number * 37) % 300);
const textOf = (cents) => (cents / 100).toFixed(2);

/** More than any side gets through in one round; what goes beyond is made on the way. */
const READY = 60_000;

/**
 * Makes the requests of one bench; `walletAt(n)` says whose hold the n-th one is. `prepare` makes them
 * ahead of a round, so that measuring does not pay for them.
 */
export function requestsOf(walletAt, newUuid) {
  let made = 0;
  let ready = [];
  let taken = 0;
  const make = () => {
    made += 1;
    const cents = centsOf(made);
    const [id, wallet, amount] = [newUuid(), walletAt(made), textOf(cents)];
    const hash = createHash('sha256')
      .update(`${wallet} ${amount}`)
      .digest('base64url')
      .slice(0, 22);
    return { id, wallet, amount, cents, hash, captures: made % 2 === 0 };
  };
  return {
    prepare() {
      ready = ready.slice(taken);
      taken = 0;
      while (ready.length < READY) ready.push(make());
    },
    next() {
      const request = ready[taken];
      if (!request) return make();
      taken += 1;
      return request;
    },
  };
}

async function authorize(side, request, tally) {
  await side.authorize(request);
  tally.authorized += 1;
}

async function end(side, request, tally) {
  if (request.captures) {
    await side.capture(request);
    tally.captured += 1;
    tally.capturedCents += request.cents;
  } else {
    await side.void(request);
    tally.voided += 1;
  }
}

/** Closed loop: as fast as `callers` callers go for `ms`. */
export async function asFastAsPossible(side, { requests, callers, ms }) {
  const tally = newTally();
  const begin = performance.now();
  const until = begin + ms;
  const caller = async () => {
    while (performance.now() < until) {
      const request = requests.next();
      await authorize(side, request, tally);
      await end(side, request, tally);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return { tally, operations: operationsOf(tally), seconds: (performance.now() - begin) / 1_000 };
}

/**
 * Open loop: operations start at fixed instants, whatever became of the ones before; with `callers`
 * under way a start is dropped and counted. Delays count from the intended start.
 */
export async function atFixedRate(side, { requests, callers, ratePerSecond, ms }) {
  const tally = newTally();
  const delays = [];
  const open = [];
  const total = Math.floor((ratePerSecond * ms) / 1_000);
  let [started, underWay, dropped] = [0, 0, 0];
  const begin = performance.now();

  const start = async (due) => {
    if (underWay >= callers) {
      dropped += 1;
      return;
    }
    underWay += 1;
    if (open.length > 0) await end(side, open.shift(), tally);
    else {
      const request = requests.next();
      await authorize(side, request, tally);
      open.push(request);
    }
    underWay -= 1;
    delays.push(performance.now() - due);
  };

  const all = [];
  while (started < total) {
    const due = Math.min(total, ((performance.now() - begin) * ratePerSecond) / 1_000);
    for (; started < due; started += 1) all.push(start(begin + (started * 1_000) / ratePerSecond));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(all);
  for (const request of open) await end(side, request, tally);
  return { tally, delays, dropped };
}
