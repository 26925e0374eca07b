import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { Clock } from '@kontor/contracts';
import {
  ApiDoc,
  Ctx,
  decodeCursor,
  encodeCursor,
  notFound,
  page,
  type RequestContext,
  ReadsOwnRows,
  RequireScope,
  zInstant,
  ZQuery,
} from '@kontor/service-host';
import { z } from 'zod';
import { upToDate } from '../../domain/due';
import type { Account, Wallet } from '../../domain/wallet-state';
import { type GrantFilter, WalletReads } from '../postgres/wallet-reads';
import { documented } from './wallet.documentation';
import { accountIdFromPath, accountToDto, grantToDto } from './wallet.mapping';
import { type GrantsQuery, zGrantsQuery, zWalletQuery } from './wallet.requests';
import { WalletAccess } from './wallet-access';

export const CLOCK = Symbol('Clock');
const GRANTS = 'grants';
const zGrantCursor = z.tuple([zInstant, z.string()]);

@Controller('customers/:customer/wallet')
@RequireScope('read')
export class WalletsController {
  constructor(
    private readonly access: WalletAccess,
    private readonly reads: WalletReads,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @ReadsOwnRows()
  @ApiDoc({
    summary: 'Show a wallet with its accounts',
    tag: 'wallet-ledger',
    query: zWalletQuery,
    responses: { 200: documented.wallet },
    errors: ['not_found', 'not_ready', 'not_supported'],
  })
  async wallet(
    @Ctx() ctx: RequestContext,
    @Param('customer') customer: string,
    @ZQuery(zWalletQuery) _query: object,
  ) {
    const wallet = this.asOfNow(
      await this.reads.wallet(await this.access.walletToRead(ctx, customer)),
    );
    return { accounts: [...wallet.accounts.values()].map(accountToDto) };
  }

  @Get(':account')
  @ReadsOwnRows()
  @ApiDoc({
    summary: 'Show an account, in any case of its id',
    tag: 'wallet-ledger',
    query: zWalletQuery,
    responses: { 200: documented.account },
    errors: ['not_found', 'not_ready', 'not_supported'],
  })
  async account(
    @Ctx() ctx: RequestContext,
    @Param() path: { customer: string; account: string },
    @ZQuery(zWalletQuery) _query: object,
  ) {
    const wallet = this.asOfNow(
      await this.reads.wallet(await this.access.walletToRead(ctx, path.customer)),
    );
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
    errors: ['not_found', 'not_ready', 'not_supported', 'invalid_cursor'],
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
    const account = accountIn(this.asOfNow(wallet), path.account);
    const last = rows.length === query.limit ? rows.at(-1) : undefined;
    const cursor = last && encodeCursor(GRANTS, [last.createdAt, last.grantId]);
    const items = rows.map((row) => grantToDto(row, account));
    return page(items, totalCount, query, cursor);
  }

  /** With what time has brought, posted or not yet. */
  private asOfNow(wallet: Wallet): Wallet {
    return upToDate(wallet, this.clock.now()).state;
  }

  private filterOf(query: GrantsQuery): GrantFilter {
    return {
      purpose: query.purpose,
      notExpiredAt: query.exclude_expired ? this.clock.now() : undefined,
      effectiveFrom: query.effective_from?.instant,
      effectiveTo: query.effective_to?.instant,
      expiredFrom: query.expired_from?.instant,
      expiredTo: query.expired_to?.instant,
    };
  }
}

function accountIn(wallet: Wallet, accountId: string): Account {
  const account = wallet.accounts.get(accountIdFromPath(accountId));
  if (!account) throw notFound('account');
  return account;
}
