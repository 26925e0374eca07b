/**
 * Makes what the demo needs, or finds it from an earlier run.
 */
import { createHash } from 'node:crypto';
import { type Api, type Json, RequestFailed } from './api';
import { CUSTOMERS } from './audience';
import { productBody, TASKS, VENDORS, VIDEO_MINUTES } from './offer';

/** Each wallet starts with this much, so that most customers stay funded for a while. */
const FUNDS = [
  { asset: 'USD', amount: '250', reason: 'external_topup' },
  { asset: VIDEO_MINUTES.code, amount: '500', reason: 'gift' },
] as const;

/** Customer ids by external id. */
export type Directory = ReadonlyMap<string, string>;

export async function setUp(api: Api, say: (line: string) => void): Promise<Directory> {
  await createUnlessTaken(api, '/assets', VIDEO_MINUTES);
  for (const vendor of VENDORS) await createUnlessTaken(api, '/vendors', vendor);
  for (const task of TASKS) await createUnlessTaken(api, '/products', productBody(task));
  say(`${TASKS.length} products, ${VENDORS.length} vendors, 1 asset of its own`);

  const directory = new Map<string, string>();
  for (const { externalId, name, products } of CUSTOMERS) {
    const id = await customerId(api, externalId, {
      name,
      external_id: externalId,
      subscriptions: [{ products: products.map((product) => ({ code: `demo_${product}` })) }],
    });
    directory.set(externalId, id);
    for (const funds of FUNDS)
      await api.post(`/customers/${id}/wallet/adjustments`, {
        // The same id at every run: funded once, however often the demo runs.
        transaction_id: transactionId(`${id} ${funds.asset}`),
        description: 'First funding',
        ...funds,
      });
  }
  say(`${directory.size} customers with funded wallets`);
  return directory;
}

async function customerId(api: Api, externalId: string, body: object): Promise<string> {
  const found = await api.get(`/customers?external_id=${encodeURIComponent(externalId)}`);
  const [known] = found['items'] as Json[];
  return String((known ?? (await api.post('/customers', body)))['id']);
}

async function createUnlessTaken(api: Api, path: string, body: object): Promise<void> {
  try {
    await api.post(path, body);
  } catch (error) {
    if (!(error instanceof RequestFailed && error.status === 409)) throw error;
  }
}

const transactionId = (name: string): string =>
  createHash('sha1')
    .update(`kontor demo funding ${name}`)
    .digest('hex')
    .slice(0, 32)
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-5$3-8$4-$5');
