-- What the ledger decides on. Every row of it can be made again from the log.

-- One row per wallet, written whole. `version` counts the writes: a writer says which one it read.
-- Half-empty pages let the hot updates stay in place; a row that is written a thousand times a
-- second must be vacuumed long before a fifth of the table is dead.
CREATE TABLE wallet (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL CHECK (version >= 1),
  state text NOT NULL,
  PRIMARY KEY (platform, mode, customer_id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

-- Every transaction id ever used, and where in wallet.posted.v1 its fact stands: a repeat gets the
-- first answer, and a fee is never debited twice. Kept for ever, so it holds nothing that the fact
-- says too.
CREATE TABLE decided_transaction (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  transaction_id text COLLATE "C" NOT NULL,
  -- Of what the client sent; null for a fee, whose id is made of what it is for.
  content_hash text COLLATE "C",
  position bigint NOT NULL,
  partition int NOT NULL,
  index smallint NOT NULL,
  PRIMARY KEY (platform, mode, transaction_id)
);

-- Every grant ever given, as it was given; what is left of one stands in its wallet's state.
CREATE TABLE wallet_grant (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  grant_id text COLLATE "C" NOT NULL,
  purpose text NOT NULL,
  amount numeric NOT NULL,
  effective_at timestamptz NOT NULL,
  expires_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (platform, mode, customer_id, account_id, grant_id)
);

-- The assets in which a product version is priced: one account each for a subscriber. Kept by the
-- ledger's own consumer of the catalog.
CREATE TABLE product_version_asset (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  product_id text COLLATE "C" NOT NULL,
  version int NOT NULL,
  assets text[] NOT NULL,
  PRIMARY KEY (platform, mode, product_id, version)
);
