/** Writes a batch's rows: one statement per kind that has any. */
import type { Transaction } from '@kontor/postgres';
import type { PersonalChange, Tenant } from '../../app/ports';
import type { ChangedRows } from './changed-rows';

/** Column names and types of a table's rows, in json_to_recordset's words. */
interface Target {
  readonly table: string;
  readonly columns: readonly (readonly [name: string, type: string])[];
  /** What becomes of a row that is there already. */
  readonly onConflict: string;
}

const TENANT = [
  ['platform', 'text'],
  ['mode', 'text'],
] as const;

const CUSTOMERS: Target = {
  table: 'customer',
  columns: [
    ...TENANT,
    ['customer_id', 'text'],
    ['external_id', 'text'],
    ['created_at', 'timestamptz'],
    ['identified', 'boolean'],
    ['position', 'bigint'],
  ],
  onConflict: `(platform, mode, customer_id) DO UPDATE SET external_id = EXCLUDED.external_id,
    identified = EXCLUDED.identified, position = EXCLUDED.position`,
};

const SUBSCRIPTIONS: Target = {
  table: 'subscription',
  columns: [
    ...TENANT,
    ['subscription_id', 'text'],
    ['customer_id', 'text'],
    ['active', 'boolean'],
    ['starts_at', 'timestamptz'],
    ['acts_from', 'timestamptz'],
    ['renews_at', 'timestamptz'],
    ['created_at', 'timestamptz'],
  ],
  onConflict: '(platform, mode, subscription_id) DO UPDATE SET active = EXCLUDED.active',
};

const SUBSCRIPTION_PRODUCTS: Target = {
  table: 'subscription_product',
  columns: [
    ...TENANT,
    ['subscription_id', 'text'],
    ['product_id', 'text'],
    ['place', 'int'],
    ['version', 'int'],
  ],
  onConflict:
    '(platform, mode, subscription_id, product_id) DO UPDATE SET version = EXCLUDED.version',
};

const PRODUCTS: Target = {
  table: 'product',
  columns: [
    ...TENANT,
    ['product_id', 'text'],
    ['code', 'text'],
    ['name', 'text'],
    ['description', 'text'],
    ['archived', 'boolean'],
    ['default_version', 'int'],
    ['created_at', 'timestamptz'],
  ],
  onConflict: `(platform, mode, product_id) DO UPDATE SET archived = EXCLUDED.archived,
    default_version = EXCLUDED.default_version`,
};

const VERSIONS: Target = {
  table: 'product_version',
  columns: [
    ...TENANT,
    ['product_id', 'text'],
    ['version', 'int'],
    ['status', 'text'],
    ['created_at', 'timestamptz'],
    ['prices', 'text'],
    ['lines', 'json'],
    ['price_ids', 'text[]'],
  ],
  onConflict: 'DO NOTHING',
};

const ASSETS: Target = {
  table: 'asset',
  columns: [
    ...TENANT,
    ['code', 'text'],
    ['name', 'text'],
    ['precision', 'int'],
    ['symbol', 'text'],
    ['label', 'text'],
    ['created_at', 'timestamptz'],
  ],
  onConflict: 'DO NOTHING',
};

const RATES: Target = {
  table: 'asset_rate',
  columns: [
    ...TENANT,
    ['asset', 'text'],
    ['source', 'text'],
    ['valid_from', 'timestamptz'],
    ['valid_to', 'timestamptz'],
    ['rate', 'numeric'],
    ['inverse_rate', 'numeric'],
  ],
  onConflict: `(platform, mode, asset, source, valid_from) DO UPDATE SET
    valid_to = EXCLUDED.valid_to, rate = EXCLUDED.rate, inverse_rate = EXCLUDED.inverse_rate`,
};

export async function saveRows(tx: Transaction, rows: ChangedRows): Promise<void> {
  await upsert(tx, CUSTOMERS, rows.customers);
  await upsert(tx, SUBSCRIPTIONS, rows.subscriptions);
  await upsert(tx, SUBSCRIPTION_PRODUCTS, rows.subscriptionProducts);
  await upsert(tx, PRODUCTS, rows.products);
  await upsert(tx, VERSIONS, rows.newVersions);
  await saveStatuses(tx, rows.versionStatuses);
  await upsert(tx, ASSETS, rows.assets);
  await upsert(tx, RATES, rows.rates);
}

type Rows = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

async function upsert(tx: Transaction, target: Target, rows: Rows): Promise<void> {
  if (rows.size === 0) return;
  const names = target.columns.map(([name]) => name).join(', ');
  const typed = target.columns.map(([name, type]) => `${name} ${type}`).join(', ');
  await tx.query(
    `INSERT INTO ${target.table} (${names})
     SELECT ${names} FROM json_to_recordset($1::json) AS given (${typed})
     ON CONFLICT ${target.onConflict}`,
    [JSON.stringify([...rows.values()])],
    { name: `save ${target.table}` },
  );
}

async function saveStatuses(tx: Transaction, rows: Rows): Promise<void> {
  if (rows.size === 0) return;
  await tx.query(
    `UPDATE product_version AS v SET status = given.status
     FROM json_to_recordset($1::json)
       AS given (platform text, mode text, product_id text, version int, status text)
     WHERE v.platform = given.platform AND v.mode = given.mode
       AND v.product_id = given.product_id AND v.version = given.version`,
    [JSON.stringify([...rows.values()])],
    { name: 'save product_version status' },
  );
}

/** Later changes of one customer win member by member; an erasure forgets all before it. */
export async function savePersonal(
  tx: Transaction,
  changes: readonly PersonalChange[],
): Promise<void> {
  const merged = mergePersonal(changes);
  const erased = merged.filter(({ erase }) => erase);
  if (erased.length > 0) await erasePersonal(tx, erased);
  const kept = merged.filter(({ name, email, metadata }) => name ?? email ?? metadata);
  if (kept.length === 0) return;
  await tx.query(
    `INSERT INTO customer_personal_data AS was
       (platform, mode, customer_id, name, email, metadata, name_key, email_key)
     SELECT platform, mode, customer_id, name, email, metadata, name_key, email_key
     FROM json_to_recordset($1::json) AS given (platform text, mode text, customer_id text,
       name text, email text, metadata json, name_key text, email_key text)
     ON CONFLICT (platform, mode, customer_id) DO UPDATE SET
       name = COALESCE(EXCLUDED.name, was.name),
       email = COALESCE(EXCLUDED.email, was.email),
       metadata = COALESCE(EXCLUDED.metadata, was.metadata),
       name_key = COALESCE(EXCLUDED.name_key, was.name_key),
       email_key = COALESCE(EXCLUDED.email_key, was.email_key)`,
    [JSON.stringify(kept.map(personalRow))],
    { name: 'save customer_personal_data' },
  );
}

function mergePersonal(changes: readonly PersonalChange[]): PersonalChange[] {
  const merged = new Map<string, PersonalChange>();
  for (const change of changes) {
    const key = `${change.tenant.mode} ${change.tenant.platform} ${change.customerId}`;
    const before = merged.get(key);
    merged.set(key, before && !change.erase ? after(before, change) : change);
  }
  return [...merged.values()];
}

const after = (before: PersonalChange, change: PersonalChange): PersonalChange => ({
  ...before,
  name: change.name ?? before.name,
  email: change.email ?? before.email,
  metadata: change.metadata ?? before.metadata,
});

/** How names and addresses are compared when someone looks for them. */
export const searchKey = (text: string): string => text.normalize('NFC').toLowerCase();

const personalRow = ({ tenant, customerId, name, email, metadata }: PersonalChange): object => ({
  platform: tenant.platform,
  mode: tenant.mode,
  customer_id: customerId,
  name: name ?? null,
  email: email ?? null,
  metadata: metadata ?? null,
  name_key: name === undefined ? null : searchKey(name),
  email_key: email === undefined ? null : searchKey(email),
});

interface Erased {
  readonly tenant: Tenant;
  readonly customerId: string;
}

/** The rows, and the name in answers that are kept for repeated requests. */
async function erasePersonal(tx: Transaction, erased: readonly Erased[]): Promise<void> {
  const keys = [
    erased.map(({ tenant }) => tenant.platform),
    erased.map(({ tenant }) => tenant.mode),
    erased.map(({ customerId }) => customerId),
  ];
  await tx.query(
    `DELETE FROM customer_personal_data AS p
     USING unnest($1::text[], $2::text[], $3::text[]) AS gone (platform, mode, customer_id)
     WHERE p.platform = gone.platform AND p.mode = gone.mode
       AND p.customer_id = gone.customer_id`,
    keys,
  );
  await tx.query(
    `UPDATE command_id AS c SET answer = jsonb_set(answer::jsonb, '{result,name}', 'null')::text
     FROM unnest($1::text[], $2::text[], $3::text[]) AS gone (platform, mode, customer_id)
     WHERE c.platform = gone.platform AND c.mode = gone.mode
       AND c.customer_id = gone.customer_id AND c.answer IS NOT NULL`,
    keys,
  );
}
