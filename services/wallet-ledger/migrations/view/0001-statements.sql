-- What the fold of wallet.posted.v1 makes for readers. A rebuild may make it again.

-- A customer's transactions. A customer has one partition, so (position, index) is the order in
-- which they were decided, and the newest stand last in the key.
CREATE TABLE wallet_transaction (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  index smallint NOT NULL,
  transaction_id text COLLATE "C" NOT NULL,
  type text NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  asset text NOT NULL,
  -- What it did to the available balance: below zero when it took.
  amount numeric NOT NULL,
  balance numeric NOT NULL,
  description text,
  subject text,
  event_id text,
  -- JSON texts.
  lots text NOT NULL,
  metadata text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (platform, mode, customer_id, position, index)
);

-- The books: per ledger account what all legs add up to. Kept per partition, so that no two
-- partitions ever write the same row.
CREATE TABLE ledger_balance (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  partition int NOT NULL,
  asset text COLLATE "C" NOT NULL,
  account text COLLATE "C" NOT NULL,
  balance numeric NOT NULL,
  legs bigint NOT NULL,
  PRIMARY KEY (platform, mode, partition, asset, account)
) WITH (fillfactor = 50);
