import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { Clock } from '@kontor/contracts';
import {
  ApiDoc,
  Ctx,
  decodeCursor,
  encodeCursor,
  invalid,
  notFound,
  page,
  type RequestContext,
  ReadsOwnRows,
  RequireScope,
  zInstant,
  ZQuery,
} from '@kontor/service-host';
import { z } from 'zod';
import type { WalletKey } from '../../app/ports';
import { upToDate } from '../../domain/due';
import type { Account, Wallet } from '../../domain/wallet-state';
import { PastNotThere, PastWallets } from '../postgres/past-wallets';
import { type GrantFilter, WalletReads } from '../postgres/wallet-reads';
import { documented } from './wallet.documentation';
import { accountIdFromPath, accountToDto, grantToDto } from './wallet.mapping';
import { type GrantsQuery, type WalletQuery, zGrantsQuery, zWalletQuery } from './wallet.requests';
import { notReady, WalletAccess } from './wallet-access';

export const CLOCK = Symbol('Clock');
const GRANTS = 'grants';
const zGrantCursor = z.tuple([zInstant, z.string()]);

@Controller('customers/:customer/wallet')
@RequireScope('read')
export class WalletsController {
  constructor(
    private readonly access: WalletAccess,
    private readonly reads: WalletReads,
    private readonly pastWallets: PastWallets,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @ReadsOwnRows()
  @ApiDoc({
    summary: 'Show a wallet with its accounts',
    description:
      'With `as_of` as it was: what was posted at or before that instant, and grants that had come into ' +
      'effect or expired by then, whenever that was posted. No accounts before the first one was opened.',
    tag: 'wallet-ledger',
    query: zWalletQuery,
    responses: { 200: documented.wallet },
    errors: ['not_found', 'not_ready', 'as_of_in_future'],
  })
  async wallet(
    @Ctx() ctx: RequestContext,
    @Param('customer') customer: string,
    @ZQuery(zWalletQuery) query: WalletQuery,
  ) {
    const wallet = await this.walletAt(await this.access.walletToRead(ctx, customer), query.as_of);
    return { accounts: [...wallet.accounts.values()].map(accountToDto) };
  }

  @Get(':account')
  @ReadsOwnRows()
  @ApiDoc({
    summary: 'Show an account, in any case of its id',
    tag: 'wallet-ledger',
    query: zWalletQuery,
    responses: { 200: documented.account },
    errors: ['not_found', 'not_ready', 'as_of_in_future'],
  })
  async account(
    @Ctx() ctx: RequestContext,
    @Param() path: { customer: string; account: string },
    @ZQuery(zWalletQuery) query: WalletQuery,
  ) {
    const key = await this.access.walletToRead(ctx, path.customer);
    const wallet = await this.walletAt(key, query.as_of);
    return accountToDto(accountIn(wallet, path.account));
  }

  @Get(':account/grants')
  @ReadsOwnRows()
  @ApiDoc({
    summary: 'List the grants of an account, newest first',
    description: '`burn_position` 1 is used next; null = nothing is left of it.',
    tag: 'wallet-ledger',
    query: zGrantsQuery,
    responses: { 200: documented.grants },
    errors: ['not_found', 'not_ready', 'as_of_in_future', 'invalid_cursor'],
  })
  async grants(
    @Ctx() ctx: RequestContext,
    @Param() path: { customer: string; account: string },
    @ZQuery(zGrantsQuery) query: GrantsQuery,
  ) {
    const before =
      query.cursor === undefined ? undefined : decodeCursor(GRANTS, query.cursor, zGrantCursor);
    const key = await this.access.walletToRead(ctx, path.customer);
    const { wallet, rows, totalCount } = await this.reads.grants(
      key,
      accountIdFromPath(path.account),
      { filter: this.filterOf(query), page: { limit: query.limit, offset: query.offset, before } },
    );
    const then =
      query.as_of === undefined ? this.asOfNow(wallet) : await this.past(key, query.as_of);
    const account = accountIn(then, path.account);
    const last = rows.length === query.limit ? rows.at(-1) : undefined;
    const cursor = last && encodeCursor(GRANTS, [last.createdAt, last.grantId]);
    const items = rows.map((row) => grantToDto(row, account));
    return page(items, totalCount, query, cursor);
  }

  /** Errors: 422 `as_of_in_future`; 503 `not_ready`. */
  private async walletAt(key: WalletKey, asOf: string | undefined): Promise<Wallet> {
    return asOf === undefined ? this.asOfNow(await this.reads.wallet(key)) : this.past(key, asOf);
  }

  private async past(key: WalletKey, asOf: string): Promise<Wallet> {
    if (asOf > this.clock.now())
      throw invalid('as_of', 'as_of_in_future', 'What will be is not known yet.');
    return this.pastWallets.at(key, asOf).catch((error: unknown) => {
      throw error instanceof PastNotThere ? notReady(error.message) : error;
    });
  }

  /** With what time has brought, posted or not yet. */
  private asOfNow(wallet: Wallet): Wallet {
    return upToDate(wallet, this.clock.now()).state;
  }

  private filterOf(query: GrantsQuery): GrantFilter {
    return {
      purpose: query.purpose,
      notExpiredAt: query.exclude_expired ? (query.as_of ?? this.clock.now()) : undefined,
      effectiveFrom: query.effective_from?.instant,
      effectiveTo: query.effective_to?.instant,
      expiredFrom: query.expired_from?.instant,
      expiredTo: query.expired_to?.instant,
      createdBy: query.as_of,
    };
  }
}

function accountIn(wallet: Wallet, accountId: string): Account {
  const account = wallet.accounts.get(accountIdFromPath(accountId));
  if (!account) throw notFound('account');
  return account;
}
