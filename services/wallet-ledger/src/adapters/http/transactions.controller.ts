import { Controller, Get, Param, Req } from '@nestjs/common';
import type { Checkpoints } from '@kontor/event-log';
import type { Database } from '@kontor/postgres';
import {
  ApiDoc,
  Ctx,
  decodeCursor,
  encodeCursor,
  invalid,
  notFound,
  page,
  periodOf,
  Reply,
  type RequestContext,
  RequireScope,
  ZQuery,
} from '@kontor/service-host';
import { z } from 'zod';
import type { WalletKey } from '../../app/ports';
import { TOPIC } from '../postgres/ledger-statement';
import {
  readStatement,
  readStatementLine,
  readStatementPart,
  readStatementRows,
  type StatementFilter,
  type StatementRow,
} from '../postgres/statement-lines';
import type { TransactionAddress, WalletReads } from '../postgres/wallet-reads';
import { CSV_TYPE, prefersCsv, statementCsv } from './statement-csv';
import { documented, statementCsvExample } from './wallet.documentation';
import { accountIdFromPath, transactionToDto } from './wallet.mapping';
import { type TransactionsQuery, zTransactionsQuery } from './wallet.requests';
import { notReady, WAIT_MS, WalletAccess } from './wallet-access';

/** Rows read at a time for a file. */
const ROWS_MAX = 1_000;
const TRANSACTIONS = 'transactions';
const zCursor = z.tuple([z.int(), z.int()]);

interface StatementRequest {
  readonly headers: { readonly accept?: string };
  readonly query: object;
}

/** Statements are a view of the log; what is known to be decided is waited for. */
export class Statements {
  constructor(
    private readonly database: Database,
    private readonly parts: { readonly checkpoints: Checkpoints; readonly reads: WalletReads },
  ) {}

  list(wallet: WalletKey, query: TransactionsQuery) {
    const filter = filterOf(query);
    const { limit, offset, cursor } = query;
    const before = cursor === undefined ? undefined : decodeCursor(TRANSACTIONS, cursor, zCursor);
    return readStatement(this.database, wallet, { filter, page: { limit, offset, before } });
  }

  /** All that match, newest first, a bounded number at a time; what comes meanwhile is left out. */
  async *all(wallet: WalletKey, filter: StatementFilter): AsyncGenerator<StatementRow[]> {
    let before: readonly [position: number, index: number] | undefined;
    for (;;) {
      const page = { limit: ROWS_MAX, offset: 0, before };
      const rows = await readStatementRows(this.database, wallet, { filter, page });
      if (rows.length > 0) yield rows;
      const last = rows.at(-1);
      if (!last || rows.length < ROWS_MAX) return;
      before = [Number(last.position), last.index];
    }
  }

  /** Errors: 404 `not_found`; 503 `not_ready` when the view is more than 2 s behind. */
  async find(wallet: WalletKey, transactionId: string): Promise<StatementRow> {
    if (transactionId.includes('.')) return this.findPart(wallet, transactionId);
    const { platform, mode } = wallet;
    const at = await this.parts.reads.findTransaction({ platform, mode, transactionId });
    if (!at) throw notFound('transaction');
    const row =
      (await readStatementLine(this.database, wallet, at)) ?? (await this.after(wallet, at));
    // Of another customer of the platform.
    if (!row) throw notFound('transaction');
    return row;
  }

  private async findPart(wallet: WalletKey, transactionId: string): Promise<StatementRow> {
    const row = await readStatementPart(this.database, wallet, transactionId);
    if (!row) throw notFound('transaction');
    return row;
  }

  private async after(
    wallet: WalletKey,
    { partition, position, index }: TransactionAddress,
  ): Promise<StatementRow | undefined> {
    const at = { topic: TOPIC, partition, position };
    if (!(await this.parts.checkpoints.waitFor('wallet-ledger.statements', at, WAIT_MS)))
      throw notReady('The statement is not there yet.');
    return readStatementLine(this.database, wallet, { position, index });
  }
}

function filterOf(query: TransactionsQuery): StatementFilter {
  const { from, to } = periodOf(query);
  const { account_id: accountId, type, subject } = query;
  const account = accountId === undefined ? undefined : accountIdFromPath(accountId);
  return { accountId: account, type, subject, from, to };
}

/** A file is the whole statement: a page of it was asked for by mistake. */
function refusePaging(sent: object): void {
  const [parameter] = ['limit', 'offset', 'cursor'].filter((name) => name in sent);
  if (parameter !== undefined)
    throw invalid(parameter, 'not_supported', 'CSV is the whole statement and has no pages.');
}

@Controller('customers/:customer/wallet/transactions')
@RequireScope('read')
export class TransactionsController {
  constructor(
    private readonly access: WalletAccess,
    private readonly statements: Statements,
  ) {}

  @Get()
  @ApiDoc({
    summary: 'List the transactions of a wallet, newest first',
    description:
      'With `Accept: text/csv` the whole filtered statement as one file: `limit`, `offset` and `cursor` are refused.',
    produces: { 'text/csv': statementCsvExample },
    tag: 'wallet-ledger',
    query: zTransactionsQuery,
    responses: { 200: documented.transactions },
    errors: ['not_found', 'invalid_cursor', 'invalid_period', 'not_supported'],
  })
  async list(
    @Ctx() ctx: RequestContext,
    @Param('customer') customer: string,
    @ZQuery(zTransactionsQuery) query: TransactionsQuery,
    @Req() request: StatementRequest,
  ) {
    if (prefersCsv(request.headers.accept)) {
      refusePaging(request.query);
      const filter = filterOf(query);
      return this.file(await this.access.walletOf(ctx, customer), filter);
    }
    const wallet = await this.access.walletOf(ctx, customer);
    const { rows, totalCount } = await this.statements.list(wallet, query);
    const last = rows.length === query.limit ? rows.at(-1) : undefined;
    const cursor = last && encodeCursor(TRANSACTIONS, [Number(last.position), last.index]);
    const body = page(rows.map(transactionToDto), totalCount, query, cursor);
    return new Reply(body, { headers: { vary: 'accept' } });
  }

  private file(wallet: WalletKey, filter: StatementFilter) {
    return new Reply(statementCsv(this.statements.all(wallet, filter)), {
      headers: {
        'content-type': CSV_TYPE,
        'content-disposition': `attachment; filename="statement-${wallet.customerId}.csv"`,
        vary: 'accept',
      },
    });
  }

  @Get(':transaction')
  @ApiDoc({
    summary: 'Show a transaction',
    tag: 'wallet-ledger',
    responses: { 200: documented.transaction },
    errors: ['not_found', 'not_ready'],
  })
  async transaction(
    @Ctx() ctx: RequestContext,
    @Param() path: { customer: string; transaction: string },
  ) {
    const wallet = await this.access.walletOf(ctx, path.customer);
    // Ids are kept in lower case, UUIDs and fee ids alike.
    return transactionToDto(await this.statements.find(wallet, path.transaction.toLowerCase()));
  }
}
