-- What the catalog decides on. Every change of these rows is in the transaction of its facts, under
-- the head of catalog.v1, so that at most one transaction writes here at a time.
-- Ids sort by the time of their making: lists go by them, newest first.

CREATE TABLE customer (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  external_id text COLLATE "C",
  created_at timestamptz NOT NULL,
  -- Whether customer_personal_data has something to erase.
  identified boolean NOT NULL,
  -- Of the newest fact about this customer or one of its subscriptions.
  position bigint NOT NULL,
  PRIMARY KEY (platform, mode, customer_id),
  -- Deferred: two customers of one batch may pass an external id on.
  CONSTRAINT customer_external_id UNIQUE (platform, mode, external_id) DEFERRABLE INITIALLY DEFERRED
);

-- What names a person: neither fact nor view, and erasable.
CREATE TABLE customer_personal_data (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  name text,
  email text,
  metadata json,
  -- In small letters, for finding.
  name_key text COLLATE "C",
  email_key text COLLATE "C",
  PRIMARY KEY (platform, mode, customer_id)
);
CREATE INDEX customer_by_name ON customer_personal_data (platform, mode, name_key, customer_id);
CREATE INDEX customer_by_email ON customer_personal_data (platform, mode, email_key, customer_id);

CREATE TABLE subscription (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  subscription_id text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  active boolean NOT NULL,
  -- As asked for; NULL = from its creation.
  starts_at timestamptz,
  -- NULL = it also covers every instant before its creation.
  acts_from timestamptz,
  renews_at timestamptz,
  created_at timestamptz NOT NULL,
  started_at timestamptz NOT NULL GENERATED ALWAYS AS (COALESCE(starts_at, created_at)) STORED,
  PRIMARY KEY (platform, mode, subscription_id)
);
CREATE INDEX subscription_by_customer
  ON subscription (platform, mode, customer_id, subscription_id);

CREATE TABLE subscription_product (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  subscription_id text COLLATE "C" NOT NULL,
  product_id text COLLATE "C" NOT NULL,
  -- In the order in which they were asked for.
  place int NOT NULL,
  version int NOT NULL,
  PRIMARY KEY (platform, mode, subscription_id, product_id)
);
CREATE INDEX subscription_by_product
  ON subscription_product (platform, mode, product_id, subscription_id);

CREATE TABLE product (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  product_id text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  name text NOT NULL,
  description text,
  archived boolean NOT NULL,
  default_version int,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (platform, mode, product_id),
  -- Also of archived products: a code names one product for ever.
  UNIQUE (platform, mode, code)
);

CREATE TABLE product_version (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  product_id text COLLATE "C" NOT NULL,
  version int NOT NULL CHECK (version >= 1),
  status text NOT NULL CHECK (status IN ('draft', 'published', 'archived')),
  created_at timestamptz NOT NULL,
  -- Never changes. As text, so that it comes back as it was written.
  prices text NOT NULL,
  -- What deciding needs of the prices: [[event type, lines], ...] and their ids.
  lines json NOT NULL,
  price_ids text[] NOT NULL,
  PRIMARY KEY (platform, mode, product_id, version)
);

-- What platforms made; fiat currencies need no row.
CREATE TABLE asset (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  name text NOT NULL,
  precision int NOT NULL CHECK (precision BETWEEN 0 AND 12),
  symbol text,
  label text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (platform, mode, code)
);

-- Of fiat currencies too. One of the two amounts is there: the one that was given.
CREATE TABLE asset_rate (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  asset text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz,
  rate numeric,
  inverse_rate numeric,
  PRIMARY KEY (platform, mode, asset, source, valid_from),
  CHECK (num_nonnulls(rate, inverse_rate) = 1)
);
