import { Changes } from '../domain/changes';
import { eventKey, type UsageEntry } from '../domain/entries';
import { RecentEvents } from './recent-events';

const usage = (index: number): UsageEntry => ({
  ...{ platform: 'acc_1', mode: 'live', eventId: `event_${index}`, customerId: 'cust_1' },
  ...{ subject: null, eventType: 'called', description: null, data: null, sentCosts: [] },
  ...{ occurredAt: '2026-01-05T00:00:00.000000Z', occurredAtText: '2026-01-05' },
  recordedAt: '2026-01-05T00:00:00.000000Z',
});

function written(recent: RecentEvents, from: number, to: number): UsageEntry[] {
  const changes = new Changes();
  for (let index = from; index < to; index += 1) changes.usage.push(usage(index));
  recent.wrote(changes);
  return changes.usage;
}

const sentOf = (recent: RecentEvents, entries: readonly UsageEntry[]): number =>
  entries.filter((entry) => recent.wasSent(eventKey(entry))).length;

describe('events that were written a moment ago', () => {
  it('are known, the last ten thousand at least, and the oldest go first', () => {
    const recent = new RecentEvents();
    const first = written(recent, 0, 1);
    const others = written(recent, 1, 30_000);
    expect(sentOf(recent, others.slice(-10_000))).toBe(10_000);
    expect(sentOf(recent, others)).toBeLessThanOrEqual(20_000);
    expect(sentOf(recent, first)).toBe(0);
  });

  it('are known of their own tenant only', () => {
    const recent = new RecentEvents();
    const [event] = written(recent, 0, 1);
    expect(recent.wasSent(eventKey({ ...event!, mode: 'test' }))).toBe(false);
    expect(recent.wasSent(eventKey({ ...event!, platform: 'acc_2' }))).toBe(false);
  });

  it('are not known of another view', () => {
    const recent = new RecentEvents();
    const events = written(recent, 0, 3);
    recent.forget();
    expect(sentOf(recent, events)).toBe(0);
  });
});
