import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceInstances } from './instances';

const three = ['http://c', 'http://a', 'http://b'];

describe('the processes of a service', () => {
  it('share the places evenly, the same way for every asker', () => {
    const one = new ServiceInstances({ ledger: three });
    const other = new ServiceInstances({ ledger: [...three].reverse() });
    const owners = [0, 1, 2, 3, 4, 5, 6, 7].map((place) => one.of('ledger', place)[0]);
    expect(owners).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((place) => other.of('ledger', place)[0]));
    for (const url of three)
      expect(owners.filter((owner) => owner === url).length).toBeGreaterThanOrEqual(2);
    expect(new Set(one.of('ledger', 5))).toEqual(new Set(three));
  });

  it('take turns where there is no place', () => {
    const instances = new ServiceInstances({ ledger: three });
    const first = [1, 2, 3].map(() => instances.of('ledger')[0]);
    expect(new Set(first)).toEqual(new Set(three));
    expect(instances.of('nobody')).toEqual([]);
  });

  it('come last for a moment when they do not answer, and are never all left out', () => {
    let nowMs = 0;
    const instances = new ServiceInstances({ ledger: three }, () => nowMs);
    const [owner = ''] = instances.of('ledger', 3);
    instances.markDown(owner);
    expect(instances.of('ledger', 3).at(-1)).toBe(owner);
    for (const url of three) instances.markDown(url);
    expect(instances.of('ledger', 3)).toHaveLength(3);
    nowMs += 1_000;
    expect(instances.of('ledger', 3)[0]).toBe(owner);
    instances.markDown(owner);
    instances.markUp(owner);
    expect(instances.of('ledger', 3)[0]).toBe(owner);
  });

  it('are found out when they take connections and do not answer', async () => {
    const hanging = await listening(() => undefined);
    const living = await listening((answer) => answer.end());
    const instances = new ServiceInstances({ ledger: [hanging.url, living.url] });
    try {
      const down = await new Promise<string>((resolve) => instances.watch(resolve));
      expect(down).toBe(hanging.url);
      for (const place of [0, 1]) expect(instances.of('ledger', place)[0]).toBe(living.url);
    } finally {
      instances.close();
      hanging.server.closeAllConnections();
      hanging.server.close();
      living.server.close();
    }
  });
});

async function listening(
  answer: (response: { end(): unknown }) => unknown,
): Promise<{ url: string; server: Server }> {
  const server = createServer((_request, response) => void answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
