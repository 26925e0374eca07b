-- Where a wallet's facts stand that are no transactions: an account opened, a policy set, what usage
-- did to an authorization. With the transactions they are all its facts, so a wallet can be shown as
-- it was.
CREATE TABLE fact_without_line (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  index smallint NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (platform, mode, customer_id, position, index)
);
