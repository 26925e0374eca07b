import type { FaultKind } from '../schedule';
import type { World } from '../world';
import { sendAgain } from './callers';
import { killBroker, killRelayUnmarked, stopBroker, wayIs } from './kafka';
import type { Inject } from './kind';
import { crash, fillDisk } from './postgres';
import { jumpClock, kill, stopFor, wakeAsZombie } from './processes';

/** What two faults can't break at once: the second waits for the first. */
export type Part = 'processes' | 'postgres' | 'kafka' | 'clocks' | 'callers';

export interface KindOfFault {
  readonly parts: readonly Part[];
  readonly inject: Inject;
  /** Why it can't be done to this world. */
  whyNot?(world: World): string | undefined;
}

const needsKafka = (world: World): string | undefined =>
  world.kafka ? undefined : 'no Kafka here';

export const KINDS: Readonly<Record<FaultKind, KindOfFault>> = {
  kill: { parts: ['processes'], inject: kill },
  pause: { parts: ['processes'], inject: stopFor },
  zombie: { parts: ['processes'], inject: wakeAsZombie, whyNot: needsKafka },
  'postgres-crash': { parts: ['postgres'], inject: crash },
  'disk-full': {
    parts: ['postgres'],
    inject: fillDisk,
    whyNot: (world) => (world.disk ? undefined : 'no disk that may be filled'),
  },
  'clock-jump': { parts: ['clocks'], inject: jumpClock },
  duplicates: { parts: ['callers'], inject: sendAgain },
  'kafka-kill': { parts: ['kafka'], inject: killBroker, whyNot: needsKafka },
  'kafka-stop': { parts: ['kafka'], inject: stopBroker, whyNot: needsKafka },
  'kafka-cut': { parts: ['kafka'], inject: wayIs('cut'), whyNot: needsKafka },
  'kafka-delay': { parts: ['kafka'], inject: wayIs('delay'), whyNot: needsKafka },
  'kafka-half-open': { parts: ['kafka'], inject: wayIs('half-open'), whyNot: needsKafka },
  'relay-unmarked': {
    parts: ['kafka', 'processes'],
    inject: killRelayUnmarked,
    whyNot: needsKafka,
  },
};
