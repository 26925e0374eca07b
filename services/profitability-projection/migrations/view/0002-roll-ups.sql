-- Sums per UTC day of the event. Rows are only ever added to. `currency` is '' for the reporting
-- currency (converted values) and a code for what has no rate into it. Counters stand on the row of
-- currency ''. Amounts are below 10^15 and so are rates, so 48 digits before the point hold any sum.
-- Keys begin with the id where there are many, as in the detail. fillfactor: updates of unindexed
-- columns stay on their page (HOT).

CREATE TABLE customer_day (
  platform    text COLLATE "C" NOT NULL,
  mode        text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  day         date NOT NULL,
  currency    text COLLATE "C" NOT NULL,
  revenue     numeric(60, 12) NOT NULL,
  costs       numeric(60, 12) NOT NULL,
  events      bigint NOT NULL,
  with_fees   bigint NOT NULL,
  unrated     bigint NOT NULL,
  PRIMARY KEY (customer_id, day, currency, platform, mode)
) WITH (fillfactor = 50);
CREATE INDEX customer_day_of_day ON customer_day (platform, mode, day, customer_id);

CREATE TABLE subject_day (
  platform    text COLLATE "C" NOT NULL,
  mode        text COLLATE "C" NOT NULL,
  subject     text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  day         date NOT NULL,
  currency    text COLLATE "C" NOT NULL,
  revenue     numeric(60, 12) NOT NULL,
  costs       numeric(60, 12) NOT NULL,
  PRIMARY KEY (subject, customer_id, day, currency, platform, mode)
) WITH (fillfactor = 70);

CREATE TABLE platform_day (
  platform  text COLLATE "C" NOT NULL,
  mode      text COLLATE "C" NOT NULL,
  day       date NOT NULL,
  currency  text COLLATE "C" NOT NULL,
  revenue   numeric(60, 12) NOT NULL,
  costs     numeric(60, 12) NOT NULL,
  events    bigint NOT NULL,
  with_fees bigint NOT NULL,
  unrated   bigint NOT NULL,
  PRIMARY KEY (platform, mode, day, currency)
) WITH (fillfactor = 20);

-- product_id '' = costs that no fee took on.
CREATE TABLE product_day (
  platform   text COLLATE "C" NOT NULL,
  mode       text COLLATE "C" NOT NULL,
  product_id text COLLATE "C" NOT NULL,
  day        date NOT NULL,
  currency   text COLLATE "C" NOT NULL,
  revenue    numeric(60, 12) NOT NULL,
  costs      numeric(60, 12) NOT NULL,
  PRIMARY KEY (platform, mode, product_id, day, currency)
) WITH (fillfactor = 20);

-- Events with a fee of the product that are both sent and rated.
CREATE TABLE product_event_day (
  platform     text COLLATE "C" NOT NULL,
  mode         text COLLATE "C" NOT NULL,
  product_code text COLLATE "C" NOT NULL,
  day          date NOT NULL,
  events       bigint NOT NULL,
  PRIMARY KEY (platform, mode, product_code, day)
) WITH (fillfactor = 20);

-- category '' = none.
CREATE TABLE vendor_day (
  platform  text COLLATE "C" NOT NULL,
  mode      text COLLATE "C" NOT NULL,
  vendor_id text COLLATE "C" NOT NULL,
  category  text COLLATE "C" NOT NULL,
  day       date NOT NULL,
  currency  text COLLATE "C" NOT NULL,
  costs     numeric(60, 12) NOT NULL,
  PRIMARY KEY (platform, mode, vendor_id, category, day, currency)
) WITH (fillfactor = 20);

CREATE TABLE type_day (
  platform   text COLLATE "C" NOT NULL,
  mode       text COLLATE "C" NOT NULL,
  event_type text COLLATE "C" NOT NULL,
  day        date NOT NULL,
  events     bigint NOT NULL,
  with_fees  bigint NOT NULL,
  unrated    bigint NOT NULL,
  PRIMARY KEY (platform, mode, event_type, day)
) WITH (fillfactor = 20);
