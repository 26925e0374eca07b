import { Controller, Get, Param } from '@nestjs/common';
import type { Checkpoints } from '@kontor/event-log';
import type { Database } from '@kontor/postgres';
import {
  ApiDoc,
  Ctx,
  decodeCursor,
  encodeCursor,
  notFound,
  page,
  periodOf,
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
  type StatementRow,
} from '../postgres/statement-lines';
import type { TransactionAddress, WalletReads } from '../postgres/wallet-reads';
import { documented } from './wallet.documentation';
import { accountIdFromPath, transactionToDto } from './wallet.mapping';
import { type TransactionsQuery, zTransactionsQuery } from './wallet.requests';
import { notReady, WAIT_MS, WalletAccess } from './wallet-access';

const TRANSACTIONS = 'transactions';
const zCursor = z.tuple([z.int(), z.int()]);

/** Statements are a view of the log; what is known to be decided is waited for. */
export class Statements {
  constructor(
    private readonly database: Database,
    private readonly parts: { readonly checkpoints: Checkpoints; readonly reads: WalletReads },
  ) {}

  list(wallet: WalletKey, query: TransactionsQuery) {
    const { from, to } = periodOf(query);
    const { limit, offset, cursor, account_id: accountId, type, subject } = query;
    const before = cursor === undefined ? undefined : decodeCursor(TRANSACTIONS, cursor, zCursor);
    const account = accountId === undefined ? undefined : accountIdFromPath(accountId);
    const filter = { accountId: account, type, subject, from, to };
    return readStatement(this.database, wallet, { filter, page: { limit, offset, before } });
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
    tag: 'wallet-ledger',
    query: zTransactionsQuery,
    responses: { 200: documented.transactions },
    errors: ['not_found', 'invalid_cursor', 'invalid_period'],
  })
  async list(
    @Ctx() ctx: RequestContext,
    @Param('customer') customer: string,
    @ZQuery(zTransactionsQuery) query: TransactionsQuery,
  ) {
    const wallet = await this.access.walletOf(ctx, customer);
    const { rows, totalCount } = await this.statements.list(wallet, query);
    const last = rows.length === query.limit ? rows.at(-1) : undefined;
    const cursor = last && encodeCursor(TRANSACTIONS, [Number(last.position), last.index]);
    return page(rows.map(transactionToDto), totalCount, query, cursor);
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
