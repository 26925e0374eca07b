-- What each topic said about an event: insert-only, one row an entry, joined when read. A fact comes
-- once (its checkpoint is moved with its rows), so a second row for the same key is an error.
-- Keys compare as bytes (COLLATE "C"): they are ids, and it is several times faster. An id stands
-- first, before its platform: it tells nearly all rows apart at the first comparison, and no tenant
-- is ever read as a whole but in the order of time.
--
-- Indexes for lists and periods are partial, on a condition that every row meets and that only those
-- statements state: a look-up by event id cannot be planned through them, which the planner does
-- while a table has no statistics yet, reading all of a tenant for each event.

CREATE TABLE usage_detail (
  platform         text COLLATE "C" NOT NULL,
  mode             text COLLATE "C" NOT NULL,
  event_id         uuid NOT NULL,
  customer_id      text COLLATE "C" NOT NULL,
  event_type       text COLLATE "C" NOT NULL,
  occurred_at      timestamptz NOT NULL,
  occurred_at_text text NOT NULL,
  recorded_at      timestamptz NOT NULL,
  subject          text COLLATE "C",
  description      text,
  data             json,
  -- The costs as sent, in their order; null = none.
  costs            json,
  PRIMARY KEY (event_id, platform, mode)
);
-- Lists, newest first. The event type stands last so that a filter by it needs no look at the row.
CREATE INDEX usage_detail_of_customer
  ON usage_detail (customer_id, platform, mode, occurred_at, event_id, event_type)
  WHERE event_type <> '';
CREATE INDEX usage_detail_of_tenant
  ON usage_detail (platform, mode, occurred_at, event_id, event_type)
  WHERE event_type <> '';
CREATE INDEX usage_detail_of_subject
  ON usage_detail (subject, customer_id, platform, mode, occurred_at, event_id)
  WHERE subject IS NOT NULL;

CREATE TABLE rated_detail (
  platform       text COLLATE "C" NOT NULL,
  mode           text COLLATE "C" NOT NULL,
  event_id       uuid NOT NULL,
  customer_id    text COLLATE "C" NOT NULL,
  event_type     text COLLATE "C" NOT NULL,
  occurred_at    timestamptz NOT NULL,
  recorded_at    timestamptz NOT NULL,
  subject        text COLLATE "C",
  -- As on the fact; null = none.
  fees           json,
  fee_count      smallint NOT NULL,
  -- Each once, in the order of the fees.
  product_ids    text[] NOT NULL,
  product_codes  text[] NOT NULL,
  unrated_reason text,
  PRIMARY KEY (event_id, platform, mode)
);
CREATE INDEX rated_detail_unrated_of_customer
  ON rated_detail (customer_id, platform, mode, occurred_at, event_id) WHERE fee_count = 0;
CREATE INDEX rated_detail_unrated_of_tenant
  ON rated_detail (platform, mode, occurred_at, event_id) WHERE fee_count = 0;

-- Which events have a fee of a product: for the list by product.
CREATE TABLE event_product (
  platform     text COLLATE "C" NOT NULL,
  mode         text COLLATE "C" NOT NULL,
  product_code text COLLATE "C" NOT NULL,
  occurred_at  timestamptz NOT NULL,
  event_id     uuid NOT NULL,
  customer_id  text COLLATE "C" NOT NULL,
  PRIMARY KEY (product_code, platform, mode, occurred_at, event_id)
);

-- In which asset a fee was taken, and its value: from the debit, or from the rating when every
-- alternative is 0.
CREATE TABLE fee_value (
  platform    text COLLATE "C" NOT NULL,
  mode        text COLLATE "C" NOT NULL,
  event_id    uuid NOT NULL,
  fee_id      text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  subject     text COLLATE "C",
  occurred_at timestamptz NOT NULL,
  product_id  text COLLATE "C" NOT NULL,
  alternative smallint NOT NULL,
  asset       text COLLATE "C" NOT NULL,
  amount      numeric(27, 12) NOT NULL,
  -- In the reporting currency; null = the asset has no rate. A rate may be almost 10^15 too.
  value       numeric(60, 12),
  uncollected numeric(27, 12) NOT NULL,
  PRIMARY KEY (event_id, platform, mode, fee_id)
);
CREATE INDEX fee_value_of_customer ON fee_value (customer_id, platform, mode, occurred_at)
  WHERE fee_id <> '';
CREATE INDEX fee_value_of_product ON fee_value (product_id, platform, mode, occurred_at)
  WHERE fee_id <> '';
CREATE INDEX fee_value_of_subject ON fee_value (customer_id, subject, platform, mode, fee_id)
  WHERE subject IS NOT NULL;

-- One row a cost, and for an event without costs one row of line 0: it says that there are none.
CREATE TABLE cost_detail (
  platform    text COLLATE "C" NOT NULL,
  mode        text COLLATE "C" NOT NULL,
  event_id    uuid NOT NULL,
  line        smallint NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  subject     text COLLATE "C",
  occurred_at timestamptz NOT NULL,
  cost_id     uuid,
  vendor_id   text COLLATE "C" NOT NULL,
  category    text COLLATE "C" NOT NULL,
  amount      numeric(27, 12) NOT NULL,
  currency    text COLLATE "C" NOT NULL,
  -- In the reporting currency; null = the currency has no rate.
  converted   numeric(60, 12),
  PRIMARY KEY (event_id, platform, mode, line)
);
CREATE INDEX cost_detail_of_customer ON cost_detail (customer_id, platform, mode, occurred_at)
  WHERE line > 0;
CREATE INDEX cost_detail_of_vendor ON cost_detail (vendor_id, platform, mode, occurred_at)
  WHERE line > 0;
