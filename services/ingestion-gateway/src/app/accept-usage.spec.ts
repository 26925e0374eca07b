import type { Tenant } from '@kontor/contracts';
import { QueueFull, type Outcome } from '@kontor/event-sourcing';
import { readUsageBody, type Submission } from '../domain/submission';
import { AcceptUsage } from './accept-usage';
import { AdmitUsage } from './admit-usage';
import type { AcceptanceAnswer, AcceptanceCommand, AcceptanceStore } from './ports';
import { Resolver } from './resolver';

const tenant: Tenant = { platform: 'acc_1', mode: 'live' };
const rules = { readInstant: (text: string) => text, latestInstant: '9' };
const ID = '9c2c8e3a-7f6b-4f5e-9c1f-2e6b6a4a9f21';

const submission = (more: object = {}): Submission => {
  const event = { id: ID, event_type: 'x', occurred_at: '2026', ...more };
  const read = readUsageBody({ customer_id: 'cust_1', events: [event] }, rules);
  if (!read.ok) throw new Error('refused');
  return read.submission;
};

const everybody = () =>
  new Resolver({
    owner: {
      resolve: async (_tenant, { ids }) => ({
        head: 1,
        found: ids.map((id) => ({ id, externalId: null })),
      }),
    },
    known: { find: async () => [], head: async () => 0 },
    externalIdsMove: true,
    nextTurn: setImmediate,
  });

const accepting = (store: AcceptanceStore, bytesMax?: number): AcceptUsage =>
  new AcceptUsage({
    admission: new AdmitUsage(everybody(), everybody()),
    store,
    nextTurn: setImmediate,
    isRetriable: (error) => error instanceof Error && error.message === 'try again',
    ...(bytesMax !== undefined && { bytesMax }),
  });

const answer = (command: AcceptanceCommand): Outcome<AcceptanceAnswer> => ({
  ok: true,
  answer: { verdicts: command.usages.map(() => 'accepted'), positions: [] },
});

describe('acceptance of usage', () => {
  it('writes what many requests bring at once in few transactions', async () => {
    const batches: number[] = [];
    const acceptance = accepting({
      commit: async (batch) => {
        batches.push(batch.length);
        return batch.map(answer);
      },
    });
    await Promise.all(Array.from({ length: 100 }, () => acceptance.accept(tenant, submission())));
    expect(batches).toEqual([100]);
    expect(acceptance.bytesInFlight).toBe(0);
  });

  it('does not let a command that cannot be written take its neighbours with it', async () => {
    const acceptance = accepting({
      commit: async (batch) => {
        if (batch.some(({ usages }) => usages[0]?.event.eventType === 'bad'))
          throw new Error('bug');
        return batch.map(answer);
      },
    });
    const [bad, good] = await Promise.allSettled([
      acceptance.accept(tenant, submission({ event_type: 'bad' })),
      acceptance.accept(tenant, submission()),
    ]);
    expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
  });

  it('does not repeat by itself what may have been written', async () => {
    let tries = 0;
    const acceptance = accepting({
      commit: async () => {
        tries += 1;
        throw new Error('try again');
      },
    });
    await Promise.allSettled([
      acceptance.accept(tenant, submission()),
      acceptance.accept(tenant, submission()),
    ]);
    expect(tries).toBe(1);
  });

  it('refuses more than it may hold at once, and takes it afterwards', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const commit = async (batch: readonly AcceptanceCommand[]) => {
      await gate;
      return batch.map(answer);
    };
    const acceptance = accepting({ commit }, 1_500);
    const first = acceptance.accept(tenant, submission());
    await expect(acceptance.accept(tenant, submission())).rejects.toBeInstanceOf(QueueFull);
    open();
    await first;
    expect(await acceptance.accept(tenant, submission())).toMatchObject({ ok: true });
  });

  it('asks nobody about a request without a single good event', async () => {
    const acceptance = accepting({ commit: async () => [] });
    expect(await acceptance.accept(tenant, submission({ id: 'x' }))).toMatchObject({
      ok: true,
      items: [{ id: 'x', status: 'rejected', refusal: { code: 'invalid_uuid' } }],
    });
  });
});
