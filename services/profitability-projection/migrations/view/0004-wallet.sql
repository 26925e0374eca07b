-- What the wallet says besides the value of fees.

-- Revenue without usage: charges, and captures that were asked for.
CREATE TABLE charge_detail (
  platform       text COLLATE "C" NOT NULL,
  mode           text COLLATE "C" NOT NULL,
  transaction_id text COLLATE "C" NOT NULL,
  customer_id    text COLLATE "C" NOT NULL,
  subject        text COLLATE "C",
  occurred_at    timestamptz NOT NULL,
  asset          text COLLATE "C" NOT NULL,
  amount         numeric(27, 12) NOT NULL,
  -- In the reporting currency; null = the asset has no rate.
  value          numeric(27, 12),
  PRIMARY KEY (platform, mode, transaction_id)
);
CREATE INDEX charge_detail_of_customer ON charge_detail (platform, mode, customer_id, occurred_at);
CREATE INDEX charge_detail_of_subject ON charge_detail (platform, mode, subject, customer_id)
  WHERE subject IS NOT NULL;

-- What became of the authorization that an event named.
CREATE TABLE authorization_use (
  platform         text COLLATE "C" NOT NULL,
  mode             text COLLATE "C" NOT NULL,
  event_id         uuid NOT NULL,
  authorization_id text COLLATE "C" NOT NULL,
  captured         numeric(27, 12) NOT NULL,
  -- Null = it was captured from.
  ignored          text,
  PRIMARY KEY (platform, mode, event_id)
);

ALTER TABLE rated_detail ADD COLUMN authorization_id text COLLATE "C";
-- The uncollected part of `value`, or of `amount` where there is no value.
ALTER TABLE fee_value ADD COLUMN uncollected_value numeric(27, 12) NOT NULL DEFAULT 0;
ALTER TABLE customer_day ADD COLUMN uncollected numeric(40, 12) NOT NULL DEFAULT 0;
