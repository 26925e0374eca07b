-- What rating knows of the catalog. Rows are only ever added, each with its place in catalog.v1, so
-- that prices can be read as of any head: rating the same usage again finds the same prices.

CREATE TABLE subscription_change (
  platform text NOT NULL,
  mode text NOT NULL,
  customer_id text NOT NULL,
  position bigint NOT NULL,
  index int NOT NULL,
  -- A SubscriptionChange of the domain without its place.
  change json NOT NULL,
  PRIMARY KEY (platform, mode, customer_id, position, index)
);

-- Drafts too: they can be simulated. A version never changes once it is drafted.
CREATE TABLE product_version (
  platform text NOT NULL,
  mode text NOT NULL,
  product_id text NOT NULL,
  version int NOT NULL,
  position bigint NOT NULL,
  code text NOT NULL,
  prices json NOT NULL,
  PRIMARY KEY (platform, mode, product_id, version)
);

CREATE TABLE product_default (
  platform text NOT NULL,
  mode text NOT NULL,
  product_id text NOT NULL,
  position bigint NOT NULL,
  index int NOT NULL,
  version int NOT NULL,
  PRIMARY KEY (platform, mode, product_id, position, index)
);

CREATE TABLE asset_rate (
  platform text NOT NULL,
  mode text NOT NULL,
  source text NOT NULL,
  asset text NOT NULL,
  position bigint NOT NULL,
  index int NOT NULL,
  rate numeric,
  inverse_rate numeric,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz,
  PRIMARY KEY (platform, mode, source, asset, position, index)
);
