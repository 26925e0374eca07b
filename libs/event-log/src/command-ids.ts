/**
 * Requests that were answered: the same `Idempotency-Key` gets the first answer again.
 *
 * Kept by the service that owns the path, in the transaction of the change. A refusal is not kept.
 */
import type { Tenant } from '@kontor/contracts';
import type { Queryable, Transaction } from '@kontor/postgres';
import { CommandIdTaken } from './errors';

const HOURS_PROMISED = 24;

export interface CommandEntry {
  readonly tenant: Tenant;
  readonly commandId: string;
  /** Of method, path and body: the same id with another one is a named refusal. */
  readonly requestHash: string;
  readonly status: number;
  /** The answer's body as JSON text; null when there was none. Never holds a secret. */
  readonly answer: string | null;
  /** The customer whom the answer names, so that it is erased with the personal data. */
  readonly customerId?: string;
}

export interface StoredCommand {
  readonly commandId: string;
  readonly requestHash: string;
  readonly status: number;
  /** Null when there was none, or when it was erased. */
  readonly answer: string | null;
}

export class CommandIds {
  /** The stored ones of these ids. */
  async find(
    tx: Queryable,
    tenant: Tenant,
    ids: readonly string[],
  ): Promise<Map<string, StoredCommand>> {
    if (ids.length === 0) return new Map();
    const rows = await tx.query<StoredCommand>(
      `SELECT command_id AS "commandId", request_hash AS "requestHash", status, answer
       FROM command_id WHERE platform = $1 AND mode = $2 AND command_id = ANY ($3::text[])`,
      [tenant.platform, tenant.mode, ids],
      { name: 'command_id find' },
    );
    return new Map(rows.map((row) => [row.commandId, row]));
  }

  /**
   * Stores answers. When another transaction is storing the same id this one waits for its end.
   *
   * Errors: CommandIdTaken when one was stored before: roll back, find it and answer what it says.
   */
  async store(tx: Transaction, entries: readonly CommandEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const rows = await tx.query<{ command_id: string }>(
      `INSERT INTO command_id
         (platform, mode, command_id, request_hash, status, answer, customer_id)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[],
                            $6::text[], $7::text[])
       ORDER BY 1, 2, 3
       ON CONFLICT DO NOTHING RETURNING command_id`,
      columnsOf(entries),
      { name: 'command_id store' },
    );
    if (rows.length === entries.length) return;
    const stored = new Set(rows.map((row) => row.command_id));
    throw new CommandIdTaken(
      entries.map(({ commandId }) => commandId).filter((id) => !stored.has(id)),
    );
  }

  /** Erases the answers that name a customer; the ids stay known. */
  async eraseAnswersOf(tx: Transaction, tenant: Tenant, customerId: string): Promise<void> {
    await tx.query(
      `UPDATE command_id SET answer = NULL
       WHERE platform = $1 AND mode = $2 AND customer_id = $3`,
      [tenant.platform, tenant.mode, customerId],
    );
  }

  /**
   * Forgets what was stored more than `hours` ago, by the database's clock; at least 24 hours are
   * promised to clients.
   */
  async forgetOlderThan(tx: Queryable, hours: number): Promise<void> {
    if (hours < HOURS_PROMISED) throw new RangeError(`kept for ${HOURS_PROMISED} hours at least`);
    await tx.query(
      "DELETE FROM command_id WHERE created_at < clock_timestamp() - $1 * interval '1 hour'",
      [hours],
      { name: 'command_id forget' },
    );
  }
}

const columnsOf = (entries: readonly CommandEntry[]): unknown[] => [
  entries.map(({ tenant }) => tenant.platform),
  entries.map(({ tenant }) => tenant.mode),
  entries.map(({ commandId }) => commandId),
  entries.map(({ requestHash }) => requestHash),
  entries.map(({ status }) => status),
  entries.map(({ answer }) => answer),
  entries.map(({ customerId }) => customerId ?? null),
];
