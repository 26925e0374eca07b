-- What the view consumers have applied and what was parked of it. Kept with the view, so that a
-- rebuild starts from nothing; the names differ from the state's, because both are on one search_path.
CREATE TABLE view_checkpoint (
  consumer text COLLATE "C" NOT NULL,
  topic text COLLATE "C" NOT NULL,
  partition int NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  parking bigint NOT NULL DEFAULT 0,
  incarnation uuid,
  PRIMARY KEY (consumer, topic, partition)
) WITH (fillfactor = 50);

CREATE TABLE view_dead_letter (
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
CREATE INDEX view_dead_letter_key
  ON view_dead_letter (consumer, topic, partition, platform, mode, key, position, index);

-- The twin of log_settle for view consumers. Discards go to the state, outside the view.
CREATE FUNCTION view_log_settle(plan json) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  the_consumer text := plan ->> 'consumer';
  the_topic text := plan ->> 'topic';
  step record;
  affected int;
BEGIN
  FOR step IN
    SELECT * FROM json_to_recordset(plan -> 'moves') AS m (
      partition int, "from" bigint, "to" bigint, parking bigint, parks boolean,
      incarnation uuid, before uuid)
    ORDER BY partition
  LOOP
    UPDATE view_checkpoint AS c
      SET position = step."to", incarnation = step.incarnation,
          parking = c.parking + step.parks::int
      WHERE c.consumer = the_consumer AND c.topic = the_topic AND c.partition = step.partition
        AND c.position = step."from" AND c.parking = step.parking
        AND c.incarnation IS NOT DISTINCT FROM step.before;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the checkpoint of % was moved', the_consumer USING ERRCODE = 'KF001';
    END IF;
  END LOOP;

  IF plan -> 'bumps' IS NOT NULL THEN
    FOR step IN
      SELECT * FROM json_to_recordset(plan -> 'bumps') AS b (partition int, parking bigint)
      ORDER BY partition
    LOOP
      UPDATE view_checkpoint AS c SET parking = c.parking + 1
        WHERE c.consumer = the_consumer AND c.topic = the_topic AND c.partition = step.partition
          AND c.parking = step.parking;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'facts of % were parked', the_consumer USING ERRCODE = 'KF001';
      END IF;
    END LOOP;
  END IF;

  IF plan -> 'parks' IS NOT NULL THEN
    INSERT INTO view_dead_letter (id, consumer, topic, partition, position, index, platform, mode, key,
                             reason, fact, cause_topic, cause_partition, cause_position)
      SELECT id, the_consumer, the_topic, partition, position, index, platform, mode, key,
             reason, fact, cause_topic, cause_partition, cause_position
      FROM json_to_recordset(plan -> 'parks') AS p (
        id uuid, partition int, position bigint, index int, platform text, mode text, key text,
        reason text, fact text, cause_topic text, cause_partition int, cause_position bigint);
  END IF;

  IF plan -> 'discards' IS NOT NULL THEN
    INSERT INTO discarded_fact (consumer, topic, partition, position, index,
                                platform, mode, key, reason)
      SELECT d.consumer, d.topic, d.partition, d.position, d.index,
             d.platform, d.mode, d.key, d.reason
      FROM view_dead_letter AS d
      WHERE d.id IN (SELECT value::uuid FROM json_array_elements_text(plan -> 'discards'));
  END IF;

  IF plan -> 'unparks' IS NOT NULL THEN
    DELETE FROM view_dead_letter
      WHERE id IN (SELECT value::uuid FROM json_array_elements_text(plan -> 'unparks'));
    GET DIAGNOSTICS affected = ROW_COUNT;
    IF affected <> json_array_length(plan -> 'unparks') THEN
      RAISE EXCEPTION 'facts of % were taken out', the_consumer USING ERRCODE = 'KF001';
    END IF;
  END IF;
END $$;
