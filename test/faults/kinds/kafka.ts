/** What becomes of Kafka, and of the way to it. */
import type { ProxyMode } from '../tcp-proxy';
import { type Inject, pause } from './kind';

export const killBroker: Inject = async ({ world: { kafka } }, { lastsMs }) => {
  await kafka!.kill();
  await pause(lastsMs);
  await kafka!.start();
};

export const stopBroker: Inject = async ({ world: { kafka } }, { lastsMs }) => {
  await kafka!.stop();
  await pause(lastsMs);
  await kafka!.start();
};

export const wayIs = (mode: ProxyMode): Inject => {
  return async ({ world: { kafka } }, { lastsMs }) => {
    kafka!.proxy.set(mode);
    try {
      await pause(lastsMs);
    } finally {
      kafka!.proxy.set('pass');
    }
  };
};

/**
 * A relay dies between publish and mark: Kafka gets what it publishes and is not heard to say so;
 * then it is killed. It publishes that stretch again when it is back.
 */
export const killRelayUnmarked: Inject = async ({ world, targetOf }, fault) => {
  const service = targetOf(fault).replace(/-\d+$/, '');
  const relays = world.processes.filter((name) => name.startsWith(`${service}-`));
  const kafka = world.kafka!;
  kafka.proxy.set('mute');
  let restarted: Promise<unknown> = Promise.resolve();
  try {
    await pause(fault.lastsMs);
    for (const name of relays) world.process(name).process.kill('SIGKILL');
  } finally {
    kafka.proxy.set('pass');
    restarted = Promise.all(relays.map((name) => world.restart(name)));
  }
  await restarted;
};
