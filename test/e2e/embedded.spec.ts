import { startServer, type RunningServer } from '@kontor/testkit';
import { authorizationStories } from './stories/authorizations';
import { badInputStories } from './stories/bad-input';
import { duplicateStories } from './stories/duplicates';
import { moneyStories } from './stories/money';
import { readsAfterWritesStories } from './stories/reads-after-writes';
import { referenceStories } from './stories/reference';
import { reversalStories } from './stories/reversals';
import { statementStories } from './stories/statements';
import { tenantStories } from './stories/tenants';

describe('one process on embedded PostgreSQL', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer();
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    server.remove();
  });
  const live = (): RunningServer['live'] => server.live;

  referenceStories(live);
  duplicateStories(live);
  moneyStories(live);
  reversalStories(live);
  authorizationStories(live, () => server.test);
  statementStories(live);
  badInputStories(live);
  readsAfterWritesStories(live, Number(process.env['KONTOR_READS_AFTER_WRITES'] ?? 800));
  tenantStories(live, () => server.test);
});
