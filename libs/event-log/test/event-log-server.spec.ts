import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { UsageRecorded } from '@kontor/contracts';
import {
  buildRecords,
  Consumes,
  EventLogServer,
  openPostgresBus,
  type BatchOutcome,
  type EventBus,
  type FactBatch,
} from '@kontor/event-log';
import { pollUntil } from '@kontor/testkit';
import type { INestApplication } from '@nestjs/common';
import { openTestServer, usage, type TestServer, type TestService } from './services';

const TOPIC = 'usage.recorded.v1';

describe('event log server: consumers as controllers', () => {
  const seen: string[] = [];
  let rating: TestService;
  let costs: TestService;
  let gateway: TestService;
  let server: TestServer;
  let bus: EventBus;
  let app: INestApplication;
  let ratingServer: EventLogServer;
  let costsServer: EventLogServer;

  const settle = async (service: TestService, batch: FactBatch): Promise<BatchOutcome> => {
    await service.database.transaction((tx) => service.checkpoints.settle(tx, batch.settlement));
    seen.push(...batch.facts.map(({ fact }) => `${batch.consumer} ${fact.key}`));
    return { kind: 'applied' };
  };

  @Controller()
  class RatingConsumer {
    @Consumes('rating.usage', TOPIC)
    async onUsage(batch: FactBatch<UsageRecorded>): Promise<BatchOutcome> {
      if (batch.facts.some(({ fact }) => fact.key === 'bad')) throw new RangeError('a bug');
      return settle(rating, batch);
    }
  }

  let lost = 1;
  @Controller()
  class CostConsumer {
    // Without the mark Nest hides what is thrown: it can only be tried again.
    @EventPattern({ consumer: 'cost-attribution.usage', topic: TOPIC })
    async onUsage(batch: FactBatch<UsageRecorded>): Promise<BatchOutcome> {
      if (lost-- > 0) throw new RangeError('hidden');
      return settle(costs, batch);
    }

    @EventPattern('of.another.transport')
    onOther(): void {
      throw new Error('is never called');
    }
  }

  @Module({ controllers: [RatingConsumer, CostConsumer] })
  class AllInOne {}

  beforeAll(async () => {
    server = await openTestServer();
    gateway = await server.open('ingestion-gateway');
    rating = await server.open('rating');
    costs = await server.open('cost-attribution');
    bus = openPostgresBus({ database: gateway.database, wakeups: server.wakeups });
    const module = await Test.createTestingModule({ imports: [AllInOne] }).compile();
    app = module.createNestApplication(new FastifyAdapter(), { logger: false });
    ratingServer = new EventLogServer({ service: 'rating', bus, checkpoints: rating.checkpoints });
    costsServer = new EventLogServer({
      service: 'cost-attribution',
      bus,
      checkpoints: costs.checkpoints,
    });
    app.connectMicroservice({ strategy: ratingServer });
    app.connectMicroservice({ strategy: costsServer });
    await app.startAllMicroservices();
    await append(['bad', 'good', 'better']);
  });
  afterAll(async () => {
    await app.close();
    await server.close();
  });

  const append = async (customers: readonly string[]): Promise<void> => {
    const positions = await gateway.database.transaction((tx) =>
      gateway.log.append(
        tx,
        buildRecords(
          TOPIC,
          customers.map((customer, n) => usage(customer, n)),
        ),
      ),
    );
    gateway.log.committed(positions);
  };
  const caughtUp = (of: EventLogServer) =>
    pollUntil(async () => {
      const progress = await of.progress();
      return progress.every(({ lag }) => lag === 0) ? progress : undefined;
    });

  it('runs each handler once, for the service that owns the consumer', async () => {
    await caughtUp(ratingServer);
    await caughtUp(costsServer);
    // The checkpoint shows the commit; the handler goes on after it.
    await pollUntil(() => Promise.resolve(seen.length >= 5));
    expect([...seen].sort()).toEqual([
      'cost-attribution.usage bad',
      'cost-attribution.usage better',
      'cost-attribution.usage good',
      'rating.usage better',
      'rating.usage good',
    ]);
  });

  it('sees the error itself of a marked handler and parks the fact behind it', async () => {
    await caughtUp(ratingServer);
    const { items, totalCount } = await ratingServer.deadLetters.list({ limit: 10, offset: 0 });
    expect(totalCount).toBe(1);
    expect(items[0]).toMatchObject({ key: 'bad', reason: 'RangeError: a bug', topic: TOPIC });
    expect(await ratingServer.deadLetters.counts()).toEqual([
      { consumer: 'rating.usage', count: 1 },
    ]);
  });

  it('shows how far each consumer is', async () => {
    const progress = await caughtUp(ratingServer);
    expect(progress).toHaveLength(8);
    const incarnation = gateway.log.incarnation;
    for (const row of progress)
      expect(row).toMatchObject({
        consumer: 'rating.usage',
        state: 'running',
        lag: 0,
        lagFacts: 0,
        lagSeconds: 0,
        incarnation: row.position > 0 ? incarnation : null,
      });
  });

  it('finishes the delivery in flight when it closes, and starts none after', async () => {
    await append(['last']);
    await app.close();
    const count = seen.length;
    await append(['after']);
    expect(seen).toHaveLength(count);
    expect(await ratingServer.progress()).toEqual([]);
  });
});
