import { Controller, Get } from '@nestjs/common';
import type { Database } from '@kontor/postgres';
import { decimal, sum } from '@kontor/money';
import { ApiDoc, RequireScope, ZQuery } from '@kontor/service-host';
import { CHART_OF_ACCOUNTS, type NormalSide } from '../../domain/chart-of-accounts';
import { type AccountBalance, readBooks, readImbalances } from '../postgres/books';
import { documented } from './wallet.documentation';
import { zTrialBalanceQuery } from './wallet.requests';

/** The books of the whole installation: every asset adds up to zero, or something is wrong. */
export class Books {
  constructor(private readonly database: Database) {}

  async trialBalance(detail: boolean) {
    const balances = await readBooks(this.database);
    const imbalances = await readImbalances(this.database);
    const codes = [...new Set(balances.map(({ asset }) => asset))];
    return {
      assets: codes.map((code) =>
        assetToDto(
          code,
          balances.filter(({ asset }) => asset === code),
          detail,
        ),
      ),
      balanced: imbalances.length === 0,
    };
  }
}

const assetToDto = (asset: string, balances: readonly AccountBalance[], detail: boolean) => ({
  asset,
  sum: sum(balances.map(({ balance }) => decimal(balance))),
  accounts: detail
    ? balances.map(({ account, balance }) => ({
        account,
        normal_side: SIDES.get(account),
        balance: decimal(balance),
      }))
    : undefined,
});

const SIDES: ReadonlyMap<string, NormalSide> = new Map(Object.entries(CHART_OF_ACCOUNTS));

@Controller('admin/trial-balance')
@RequireScope('admin')
export class TrialBalanceController {
  constructor(private readonly books: Books) {}

  @Get()
  @ApiDoc({
    summary: 'Add up the books, per asset and with `detail` per ledger account',
    tag: 'wallet-ledger',
    query: zTrialBalanceQuery,
    responses: { 200: documented.trialBalance },
  })
  show(@ZQuery(zTrialBalanceQuery) { detail }: { detail: boolean }) {
    return this.books.trialBalance(detail);
  }
}
