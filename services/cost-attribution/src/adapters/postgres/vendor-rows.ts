/**
 * Vendors in PostgreSQL.
 *
 * Adding one begins with the lock of cost.catalog.v1's head, which every other adding needs too: so
 * what is looked up afterwards (the command, the external id) can't change until the commit.
 */
import type { Tenant } from '@kontor/contracts';
import { buildRecords, CommandIds, type LocalLog, type RecordPosition } from '@kontor/event-log';
import type { Database, Queryable, Transaction } from '@kontor/postgres';
import type {
  AddedVendor,
  NewVendor,
  Vendor,
  VendorListQuery,
  VendorNames,
  Vendors,
} from '../../app/vendor-ports';
import { ownHead } from '../events/catalog-copies';
import { vendorToWire } from '../events/vendor-facts.mapping';

const TOPIC = 'cost.catalog.v1';
/** The topic's only one. */
const PARTITION = 0;
const CREATED = 201;
const COLUMNS = `vendor_id AS "vendorId", external_id AS "externalId", name,
                 created_at AS "createdAt", position`;

interface VendorRow extends Omit<Vendor, 'position'> {
  readonly position: string;
}
const fromRow = (row: VendorRow): Vendor => ({ ...row, position: Number(row.position) });

export class VendorRows implements Vendors {
  private readonly commandIds = new CommandIds();

  constructor(
    private readonly database: Database,
    private readonly log: LocalLog,
  ) {}

  async add(vendor: NewVendor): Promise<AddedVendor> {
    const { added, positions } = await this.database.transaction((tx) => this.addIn(tx, vendor));
    this.log.committed(positions);
    return added;
  }

  private async addIn(
    tx: Transaction,
    vendor: NewVendor,
  ): Promise<{ added: AddedVendor; positions: RecordPosition[] }> {
    await this.log.lockHeads(tx, [{ topic: TOPIC, partition: PARTITION }]);
    const before = (await this.answeredBefore(tx, vendor)) ?? (await this.taken(tx, vendor));
    if (before) return { added: before, positions: [] };

    const positions = await this.log.append(tx, buildRecords(TOPIC, [vendorToWire(vendor)]));
    const { vendorId, name, createdAt } = vendor;
    const row = {
      vendorId,
      externalId: vendor.externalId ?? null,
      name,
      createdAt,
      position: positions[0]?.position ?? 0,
    };
    await insertVendor(tx, vendor, row);
    await this.keepCommand(tx, vendor);
    return { added: { kind: 'added', vendor: row }, positions };
  }

  private async answeredBefore(
    tx: Transaction,
    vendor: NewVendor,
  ): Promise<AddedVendor | undefined> {
    const { command } = vendor;
    if (!command) return undefined;
    const stored = (await this.commandIds.find(tx, vendor, [command.commandId])).get(
      command.commandId,
    );
    if (!stored) return undefined;
    if (stored.requestHash !== command.requestHash || stored.answer === null)
      return { kind: 'idempotency_key_reused' };
    const first = await findVendor(tx, vendor, String(JSON.parse(stored.answer)));
    return first ? { kind: 'added', vendor: first } : { kind: 'idempotency_key_reused' };
  }

  private async taken(tx: Transaction, vendor: NewVendor): Promise<AddedVendor | undefined> {
    if (vendor.externalId === undefined) return undefined;
    const rows = await tx.query(
      'SELECT 1 FROM vendor WHERE platform = $1 AND mode = $2 AND external_id = $3',
      [vendor.platform, vendor.mode, vendor.externalId],
    );
    return rows.length > 0 ? { kind: 'external_id_taken' } : undefined;
  }

  /** The answer is made of the vendor's row, so its id is all there is to keep. */
  private async keepCommand(tx: Transaction, vendor: NewVendor): Promise<void> {
    const { command, vendorId } = vendor;
    if (!command) return;
    const tenant = { platform: vendor.platform, mode: vendor.mode };
    const answer = JSON.stringify(vendorId);
    await this.commandIds.store(tx, [{ ...command, tenant, status: CREATED, answer }]);
  }

  find(tenant: Tenant, vendorId: string): Promise<Vendor | undefined> {
    return findVendor(this.database, tenant, vendorId);
  }

  async list(query: VendorListQuery): Promise<{ vendors: Vendor[]; totalCount: number }> {
    const { platform, mode, externalId, before, limit, offset } = query;
    const matching = `FROM vendor WHERE platform = $1 AND mode = $2
                      AND ($3::text IS NULL OR external_id = $3)`;
    const filter = [platform, mode, externalId ?? null];
    const [count] = await this.database.query<{ count: string }>(
      `SELECT count(*) AS count ${matching}`,
      filter,
    );
    // Ids are time-ordered, so the newest come first by id.
    const rows = await this.database.query<VendorRow>(
      `SELECT ${COLUMNS} ${matching} AND ($4::text IS NULL OR vendor_id < $4)
       ORDER BY vendor_id DESC LIMIT $5 OFFSET $6`,
      [...filter, before ?? null, limit, offset],
    );
    return { vendors: rows.map(fromRow), totalCount: Number(count?.count ?? 0) };
  }

  async resolve(tenant: Tenant, names: VendorNames): Promise<{ head: number; vendors: Vendor[] }> {
    const head = await ownHead(this.log);
    const rows = await this.database.query<VendorRow>(
      `SELECT ${COLUMNS} FROM vendor
       WHERE platform = $1 AND mode = $2
         AND (vendor_id = ANY ($3::text[]) OR external_id = ANY ($4::text[]))`,
      [tenant.platform, tenant.mode, names.vendorIds, names.externalIds],
      { name: 'vendor_resolve' },
    );
    return { head, vendors: rows.map(fromRow) };
  }
}

async function findVendor(
  queryable: Queryable,
  tenant: Tenant,
  vendorId: string,
): Promise<Vendor | undefined> {
  const [row] = await queryable.query<VendorRow>(
    `SELECT ${COLUMNS} FROM vendor WHERE platform = $1 AND mode = $2 AND vendor_id = $3`,
    [tenant.platform, tenant.mode, vendorId],
  );
  return row && fromRow(row);
}

async function insertVendor(tx: Transaction, tenant: Tenant, vendor: Vendor): Promise<void> {
  await tx.query(
    `INSERT INTO vendor (platform, mode, vendor_id, external_id, name, created_at, position)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      tenant.platform,
      tenant.mode,
      vendor.vendorId,
      vendor.externalId,
      vendor.name,
      vendor.createdAt,
      vendor.position,
    ],
  );
}
