-- What products bear of costs. `currency` as in the roll-ups.

-- Costs of events with fees: known for good once the values of the event's fees are, so insert-only.
CREATE TABLE event_share (
  platform    text COLLATE "C" NOT NULL,
  mode        text COLLATE "C" NOT NULL,
  product_id  text COLLATE "C" NOT NULL,
  occurred_at timestamptz NOT NULL,
  event_id    uuid NOT NULL,
  currency    text COLLATE "C" NOT NULL,
  costs       numeric(60, 12) NOT NULL,
  PRIMARY KEY (product_id, platform, mode, occurred_at, event_id, currency)
);

-- Costs of events without fees that have a subject.
CREATE TABLE subject_cost (
  platform    text COLLATE "C" NOT NULL,
  mode        text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  subject     text COLLATE "C" NOT NULL,
  event_id    uuid NOT NULL,
  line        smallint NOT NULL,
  occurred_at timestamptz NOT NULL,
  currency    text COLLATE "C" NOT NULL,
  amount      numeric(60, 12) NOT NULL,
  PRIMARY KEY (customer_id, subject, platform, mode, event_id, line)
);

-- What their costs are shared as at present; changes when a fee of the subject comes.
CREATE TABLE subject_share (
  platform    text COLLATE "C" NOT NULL,
  mode        text COLLATE "C" NOT NULL,
  event_id    uuid NOT NULL,
  product_id  text COLLATE "C" NOT NULL,
  currency    text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  subject     text COLLATE "C" NOT NULL,
  occurred_at timestamptz NOT NULL,
  costs       numeric(60, 12) NOT NULL,
  PRIMARY KEY (event_id, product_id, currency, platform, mode)
) WITH (fillfactor = 70);
CREATE INDEX subject_share_of_product
  ON subject_share (product_id, platform, mode, occurred_at);

-- Subjects whose costs must be shared (again): a fee or a cost came. Empty when all is done.
CREATE TABLE open_subject (
  platform     text COLLATE "C" NOT NULL,
  mode         text COLLATE "C" NOT NULL,
  customer_id  text COLLATE "C" NOT NULL,
  subject      text COLLATE "C" NOT NULL,
  partition    smallint NOT NULL,
  -- A round over many costs takes several transactions: this far it came; null = at its start.
  shared_up_to uuid,
  -- Something came while a round was under way: another must follow.
  again        boolean NOT NULL DEFAULT false,
  PRIMARY KEY (platform, mode, customer_id, subject)
);
CREATE INDEX open_subject_of_partition ON open_subject (partition);
