/**
 * The topics after a restore: they are copies of logs that were replaced, and no topic may hold two
 * logs. What external producers send is nobody's copy and stays.
 */
import { CONSUMERS, TOPICS } from '@kontor/contracts';
import type { Admin } from 'kafkajs';
import { TopicsInUse } from '../errors';
import { pause } from '../runner/backoff';
import { connectKafka } from './client';
import type { KafkaBusOptions } from './options';
import { ensureTopics, TopicMismatch } from './topic-setup';

const GONE_TIMEOUT_MS = 60_000;
const POLL_MS = 200;

export type ResetOptions = Pick<KafkaBusOptions, 'brokers' | 'clientId' | 'prefix'>;

/**
 * Whether the topics could be made anew now.
 *
 * Errors: TopicsInUse; any error of the broker, which may help to try again.
 */
export const checkTopicsUnused = (options: ResetOptions): Promise<void> =>
  withAdmin(options, (admin) => refuseReaders(admin, options.prefix ?? ''));

/** Deletes the copies of the services' logs and creates them empty. Errors: as above. */
export const resetTopics = (options: ResetOptions): Promise<void> =>
  withAdmin(options, async (admin) => {
    const prefix = options.prefix ?? '';
    await refuseReaders(admin, prefix);
    const copies = new Set(
      TOPICS.filter(({ inbound }) => !inbound).map(({ name }) => prefix + name),
    );
    const present = async (): Promise<string[]> =>
      (await admin.listTopics()).filter((topic) => copies.has(topic));
    const topics = await present();
    if (topics.length > 0) await admin.deleteTopics({ topics });
    const deadline = Date.now() + GONE_TIMEOUT_MS;
    while ((await present()).length > 0) {
      if (Date.now() > deadline) throw new Error('Kafka does not delete the topics');
      await pause(POLL_MS);
    }
    await createdBy(deadline, () => ensureTopics(admin, prefix, undefined));
  });

/** A broker that has just deleted and created topics does not know them for a moment. */
async function createdBy(deadline: number, create: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await create();
    } catch (error) {
      if (error instanceof TopicMismatch || Date.now() > deadline) throw error;
      await pause(POLL_MS);
    }
  }
}

async function refuseReaders(admin: Admin, prefix: string): Promise<void> {
  const known = new Set((await admin.listGroups()).groups.map(({ groupId }) => groupId));
  const ours = CONSUMERS.map(({ name }) => prefix + name).filter((group) => known.has(group));
  if (ours.length === 0) return;
  const { groups } = await admin.describeGroups(ours);
  const busy = groups.filter(({ members }) => members.length > 0).map(({ groupId }) => groupId);
  if (busy.length > 0) throw new TopicsInUse(busy);
}

async function withAdmin(
  options: ResetOptions,
  work: (admin: Admin) => Promise<void>,
): Promise<void> {
  const admin = connectKafka(options).admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
