/// <reference types="jest" />
import { randomUUID } from 'node:crypto';
import { findBroker, findBrokerRuntime, findOwnRuntime } from './kafka-broker';

const BROKER_TIMEOUT_MS = 300_000;

export interface KafkaSuite {
  /** The broker's addresses; known inside tests and hooks, not while the suite is being described. */
  brokers(): string[];
  /** Names topics and groups of this suite only, e.g. `t3f2a1-`. */
  readonly prefix: string;
}

/**
 * A suite that needs a Kafka broker. Where none can be had it is skipped, with the reason printed
 * and its tests counted as skipped; with KONTOR_REQUIRE_KAFKA=1 it fails instead.
 */
export function describeKafka(name: string, body: (kafka: KafkaSuite) => void): void {
  let found: string[] | undefined;
  const suite: KafkaSuite = {
    prefix: `t${randomUUID().slice(0, 8)}-`,
    brokers: () => {
      if (!found) throw new Error('the broker is known only inside tests and hooks');
      return found;
    },
  };
  describeWhere(findBrokerRuntime(), name, () => {
    beforeAll(async () => {
      found = await findBroker();
    }, BROKER_TIMEOUT_MS);
    body(suite);
  });
}

/** The same for a suite that starts brokers of its own with `startBroker`, to stop and kill them. */
export const describeOwnKafka = (name: string, body: () => void): void =>
  describeWhere(findOwnRuntime(), name, body);

function describeWhere(
  { runtime, reason }: ReturnType<typeof findOwnRuntime>,
  name: string,
  body: () => void,
): void {
  if (runtime) {
    describe(name, body);
    return;
  }
  if (process.env['KONTOR_REQUIRE_KAFKA'] === '1') {
    it(`${name}: finds a Kafka broker`, () => {
      throw new Error(`KONTOR_REQUIRE_KAFKA=1 and ${reason}`);
    });
    return;
  }
  process.stderr.write(`skipped: ${name}: no Kafka broker (${reason})\n`);
  describe.skip(name, body);
}
