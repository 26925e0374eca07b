-- The local log of a service, what its deciding consumers have applied, and what was parked.
-- The log is append-only: a row of log_record is never changed.

-- The log's identity: a new one after a restore, so that readers notice.
CREATE TABLE log_identity (
  sole boolean PRIMARY KEY DEFAULT true CHECK (sole),
  incarnation uuid NOT NULL DEFAULT gen_random_uuid()
);

-- One row per partition. Its lock, held until the commit, is what makes positions gap-free and in
-- commit order. Half-empty pages let the hot updates stay in place.
CREATE TABLE log_head (
  topic text COLLATE "C" NOT NULL,
  partition int NOT NULL CHECK (partition >= 0),
  next bigint NOT NULL DEFAULT 1 CHECK (next >= 1),
  PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);

-- facts: the JSON array of 1 to 100 facts as text, so that every digit and byte comes back.
CREATE TABLE log_record (
  topic text COLLATE "C" NOT NULL,
  partition int NOT NULL,
  position bigint NOT NULL CHECK (position >= 1),
  facts_count smallint NOT NULL CHECK (facts_count BETWEEN 1 AND 100),
  facts_bytes int NOT NULL,
  facts text NOT NULL,
  cause_topic text COLLATE "C",
  cause_partition int,
  cause_position bigint,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (topic, partition, position),
  CHECK (num_nulls(cause_topic, cause_partition, cause_position) IN (0, 3))
);

-- Not every build of PostgreSQL has lz4; its own compression does the same, slower.
DO $$
BEGIN
  ALTER TABLE log_record ALTER facts SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  NULL;
END $$;

-- How far the relay has copied each partition to the broker; 0 = nothing.
CREATE TABLE log_relay (
  topic text COLLATE "C" NOT NULL,
  partition int NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);

-- Deciding consumers. `parking` counts changes of what is parked in the partition: a reader that
-- does not know of one is fenced. `incarnation` is the log's that `position` belongs to.
CREATE TABLE checkpoint (
  consumer text COLLATE "C" NOT NULL,
  topic text COLLATE "C" NOT NULL,
  partition int NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  parking bigint NOT NULL DEFAULT 0,
  incarnation uuid,
  PRIMARY KEY (consumer, topic, partition)
) WITH (fillfactor = 50);

CREATE TABLE dead_letter (
  id uuid PRIMARY KEY,
  consumer text COLLATE "C" NOT NULL,
  topic text COLLATE "C" NOT NULL,
  partition int NOT NULL,
  position bigint NOT NULL,
  index int NOT NULL,
  platform text NOT NULL,
  mode text NOT NULL,
  key text NOT NULL,
  reason text NOT NULL,
  fact text NOT NULL,
  cause_topic text COLLATE "C",
  cause_partition int,
  cause_position bigint,
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (consumer, topic, partition, position, index)
);
CREATE INDEX dead_letter_key
  ON dead_letter (consumer, topic, partition, platform, mode, key, position, index);

-- Facts given up by an operator, for consumers of both kinds: outside the view, so that a rebuild
-- passes over them too.
CREATE TABLE discarded_fact (
  consumer text COLLATE "C" NOT NULL,
  topic text COLLATE "C" NOT NULL,
  partition int NOT NULL,
  position bigint NOT NULL,
  index int NOT NULL,
  platform text NOT NULL,
  mode text NOT NULL,
  key text NOT NULL,
  reason text NOT NULL,
  discarded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (consumer, topic, partition, position, index)
);

-- Requests answered once: the same id and content gets the same answer again.
CREATE TABLE command_id (
  platform text NOT NULL,
  mode text NOT NULL,
  command_id text NOT NULL,
  request_hash text NOT NULL,
  status smallint NOT NULL,
  answer text,
  -- Whom the answer names, so that it can be erased with them.
  customer_id text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (platform, mode, command_id)
);
CREATE INDEX command_id_customer
  ON command_id (platform, mode, customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX command_id_created_at ON command_id (created_at);

-- A trial run does everything but commit: its row makes the commit fail.
CREATE UNLOGGED TABLE trial_run (at timestamptz NOT NULL DEFAULT clock_timestamp());

CREATE FUNCTION trial_run_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a trial run is never committed' USING ERRCODE = 'KT001';
END $$;

CREATE CONSTRAINT TRIGGER trial_run_ends AFTER INSERT ON trial_run
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trial_run_ends();
