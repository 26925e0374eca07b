-- Every event id that was ever accepted, with the hash of its content: the idempotency key of
-- usage, kept for ever. Cut by hash from the start, because it only grows.
CREATE TABLE accepted_event (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  event_id uuid NOT NULL,
  -- SHA-256 of the canonical content, cut to 16 bytes.
  content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 16),
  -- The id first, unlike elsewhere: it tells nearly all rows apart at the first comparison, which
  -- makes the insert of an id a third cheaper. Nothing reads a range of a platform.
  PRIMARY KEY (event_id, platform, mode)
) PARTITION BY HASH (event_id);

DO $$
BEGIN
  FOR bucket IN 0..31 LOOP
    EXECUTE format(
      'CREATE TABLE accepted_event_%s PARTITION OF accepted_event
         FOR VALUES WITH (MODULUS 32, REMAINDER %s)',
      to_char(bucket, 'FM00'), bucket);
  END LOOP;
END $$;
