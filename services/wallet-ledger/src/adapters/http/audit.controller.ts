import { Controller, Get, Param, Post } from '@nestjs/common';
import { decimal } from '@kontor/money';
import { ApiDoc, notFound, Problem, Reply, RequireScope, zUuid } from '@kontor/service-host';
import { AuditDesk, type AuditReport } from '../audit/audit-desk';
import { documented } from './audit.documentation';

/** A small installation's audit is done within it, and the first answer is the result. */
const WAIT_MS = 2_000;

@Controller('admin/audit')
@RequireScope('admin')
export class AuditController {
  constructor(private readonly audits: AuditDesk) {}

  @Post()
  @ApiDoc({
    summary: 'Audit the wallet ledger: fold its whole log anew and compare with the tables',
    description:
      'Answers after at most 2 seconds with the audit as it is then; while its `status` is `running`, ' +
      'ask for it by its id. Nothing is changed, and writes go on meanwhile.',
    tag: 'wallet-ledger',
    responses: { 201: documented.audit },
    errors: ['audit_running'],
  })
  async start() {
    const report = await this.audits.start(WAIT_MS);
    if (!report) throw new Problem(409, 'audit_running', 'Another audit is running.');
    return new Reply(reportToDto(report), {
      status: 201,
      headers: { location: `/admin/audit/${report.id}` },
    });
  }

  @Get(':id')
  @ApiDoc({
    summary: 'Show an audit: how far it is, or what it found',
    tag: 'wallet-ledger',
    responses: { 200: documented.audit },
    errors: ['not_found'],
  })
  async show(@Param('id') text: string) {
    const id = zUuid.safeParse(text);
    const report = id.success ? await this.audits.find(id.data) : undefined;
    if (!report) throw notFound('audit');
    return reportToDto(report);
  }
}

/** `ok` is the answer to the question; null as long as it is not known. */
const reportToDto = (report: AuditReport) => ({
  id: report.id,
  status: report.status,
  ok: report.status === 'done' ? report.balanced && report.differenceCount === 0 : null,
  started_at: report.startedAt,
  seconds: report.seconds,
  partitions: report.partitions,
  partitions_done: report.partitionsDone,
  counts: {
    records: report.counts.records,
    facts: report.counts.facts,
    fees: report.counts.fees,
    wallets: report.counts.wallets,
    accounts: report.counts.accounts,
    open_authorizations: report.counts.openHolds,
    grants: report.counts.grants,
    transaction_ids: report.counts.transactionIds,
    statement_lines: report.counts.statementLines,
    book_balances: report.counts.bookBalances,
  },
  assets: report.assets.map(({ asset, sum }) => ({ asset, sum: decimal(sum) })),
  balanced: report.balanced,
  difference_count: report.differenceCount,
  differences: report.differences.map((difference) => ({
    platform: difference.platform,
    mode: difference.mode,
    customer_id: difference.customerId,
    account_id: difference.accountId,
    what: difference.what,
    expected: difference.expected,
    found: difference.found,
  })),
  error: report.error,
});
