import { foreignRoutes } from './route-table';

const operation = (tag: string, scope: string) => ({ tags: [tag], 'x-required-scope': scope });

describe('route table', () => {
  it('holds what other services answer, in the form of the router', () => {
    const document = {
      openapi: '3.1.0',
      paths: {
        '/events': {
          post: operation('ingestion-gateway', 'ingest'),
          get: operation('profitability-projection', 'read'),
        },
        '/customers/{id}/wallet/{account_id}': { patch: operation('wallet-ledger', 'write') },
      },
    };
    expect(foreignRoutes(document)).toEqual([
      { method: 'GET', pattern: '/events', service: 'profitability-projection', scope: 'read' },
      {
        method: 'PATCH',
        pattern: '/customers/:id/wallet/:account_id',
        service: 'wallet-ledger',
        scope: 'write',
      },
    ]);
  });

  it('is refused when it is no document of ours', () => {
    expect(() => foreignRoutes({ paths: { '/x': { get: {} } } })).toThrow();
  });
});
