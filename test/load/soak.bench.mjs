/**
 * Minutes of load at half of the highest rate, fixed arrivals: does memory or lag grow, and what does
 * a million events take on disk? Ten minutes; an hour with `--long`. BENCH_RATE: events a second,
 * instead of half of what is measured first. Only run by name: `npm run bench -- soak`.
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { clientOf, machine, median, pause, report, residentMb, startServer } from './harness.mjs';
import * as load from './pipeline-load.mjs';

const MINUTES = process.argv.includes('--long') ? 60 : Number(process.env.BENCH_MINUTES ?? 10);
const CUSTOMERS = 1_000;
const WARM_UP_EVENTS = 60_000;
const SAMPLE_MS = 5_000;

export async function run() {
  const server = await startServer();
  const client = clientOf(server, 128);
  try {
    const { customers, product } = await load.setUp(client, CUSTOMERS);
    const begin = performance.now();
    await load.sendAll(client, load.prepare(customers, WARM_UP_EVENTS / load.BATCH), 16);
    await load.untilVisible(client, product, WARM_UP_EVENTS);
    const highest = (WARM_UP_EVENTS * 1_000) / (performance.now() - begin);
    const rate = Number(process.env.BENCH_RATE ?? Math.round(highest / 2));

    const diskBefore = diskMb(server);
    const samples = [];
    const sampling = sample(server, client, samples);
    const { sent, refused } = await arrivals(client, customers, rate);
    sampling.stop();
    await load.untilVisible(client, product, WARM_UP_EVENTS + sent);
    const diskAfter = diskMb(server);
    const invariants = await load.invariantsOf(client, WARM_UP_EVENTS + sent);

    const memory = trend(samples.map(({ at, memoryMb }) => [at, memoryMb]));
    const lag = trend(samples.map(({ at, lagFacts }) => [at, lagFacts]));
    const row = (what, unit, { slope, noise, middle }) => ({
      id: `soak ${what}`,
      ours: slope,
      rival: null,
      unit,
      ratio: null,
      floor: null,
      met: Math.abs(slope) * MINUTES <= 2 * noise,
      spread: { median: middle, noise },
      invariants,
      settings: {
        minutes: MINUTES,
        ratePerSecond: rate,
        events: sent,
        refused,
        samples: samples.length,
        diskMbPerMillionEvents: Math.round(((diskAfter - diskBefore) * 1e6) / sent),
        fsync: 'on',
        synchronous_commit: 'on',
      },
      machine: machine(),
      when: new Date().toISOString(),
    });
    report([row('memory', 'MB/min', memory), row('lag', 'facts/min', lag)]);
  } finally {
    client.close();
    await server.stop();
    server.remove();
  }
}

async function arrivals(client, customers, rate) {
  const everyMs = (load.BATCH / rate) * 1_000;
  const count = Math.floor((MINUTES * 60_000) / everyMs);
  const begin = performance.now();
  const counts = { sent: 0, refused: 0 };
  const inFlight = new Set();
  for (let index = 0; index < count; index += 1) {
    await pause(Math.max(0, begin + index * everyMs - performance.now()));
    const body = load.batchOf(customers[index % customers.length]);
    const sending = client.request('POST', '/events', body).then(({ status }) => {
      if (status === 202) counts.sent += load.BATCH;
      else counts.refused += load.BATCH;
      inFlight.delete(sending);
    });
    inFlight.add(sending);
  }
  await Promise.all(inFlight);
  return counts;
}

function sample(server, client, samples) {
  const begin = performance.now();
  const timer = setInterval(() => {
    void client.request('GET', '/metrics').then(({ text }) => {
      const lags = [...text.matchAll(/^kontor_consumer_lag_facts\{[^}]*\} (\S+)$/gm)];
      samples.push({
        at: (performance.now() - begin) / 60_000,
        memoryMb: residentMb(server.pid),
        lagFacts: lags.reduce((total, [, value]) => total + Number(value), 0),
      });
    });
  }, SAMPLE_MS);
  return { stop: () => clearInterval(timer) };
}

/** Least squares over the second half of the samples: the first one fills caches. */
function trend(points) {
  const late = points.slice(Math.floor(points.length / 2));
  const mean = (values) => values.reduce((total, value) => total + value, 0) / values.length;
  const x = mean(late.map(([at]) => at));
  const y = mean(late.map(([, value]) => value));
  const slope =
    mean(late.map(([at, value]) => (at - x) * (value - y))) /
    mean(late.map(([at]) => (at - x) ** 2));
  const noise = Math.sqrt(mean(late.map(([at, value]) => (value - y - slope * (at - x)) ** 2)));
  const rounded = (value) => Number(value.toFixed(2));
  return {
    slope: rounded(slope),
    noise: rounded(noise),
    middle: rounded(median(late.map(([, value]) => value))),
  };
}

const diskMb = (server) =>
  Number(
    execFileSync('du', ['-sm', '--exclude=pg_wal', path.join(server.dataDir, 'postgres')])
      .toString()
      .split('\t')[0],
  );
