-- Writes what belongs to one delivery: checkpoints moved from the old value, facts parked, parked
-- facts taken out, facts given up. Raises KF001 when another reader was first; nothing stays then.
-- The view's twin is view_log_settle.
CREATE FUNCTION log_settle(plan json) RETURNS void LANGUAGE plpgsql AS $$
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
    UPDATE checkpoint AS c
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
      UPDATE checkpoint AS c SET parking = c.parking + 1
        WHERE c.consumer = the_consumer AND c.topic = the_topic AND c.partition = step.partition
          AND c.parking = step.parking;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'facts of % were parked', the_consumer USING ERRCODE = 'KF001';
      END IF;
    END LOOP;
  END IF;

  IF plan -> 'parks' IS NOT NULL THEN
    INSERT INTO dead_letter (id, consumer, topic, partition, position, index, platform, mode, key,
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
      FROM dead_letter AS d
      WHERE d.id IN (SELECT value::uuid FROM json_array_elements_text(plan -> 'discards'));
  END IF;

  IF plan -> 'unparks' IS NOT NULL THEN
    DELETE FROM dead_letter
      WHERE id IN (SELECT value::uuid FROM json_array_elements_text(plan -> 'unparks'));
    GET DIAGNOSTICS affected = ROW_COUNT;
    IF affected <> json_array_length(plan -> 'unparks') THEN
      RAISE EXCEPTION 'facts of % were taken out', the_consumer USING ERRCODE = 'KF001';
    END IF;
  END IF;
END $$;

-- Several deliveries in one transaction: a fenced one leaves nothing behind, the others stay.
CREATE FUNCTION log_try_settle(plans json) RETURNS boolean[] LANGUAGE plpgsql AS $$
DECLARE
  given record;
  answers boolean[] := array_fill(false, ARRAY[json_array_length(plans)]);
BEGIN
  FOR given IN
    SELECT plan, place FROM json_array_elements(plans) WITH ORDINALITY AS g (plan, place)
    ORDER BY plan ->> 'consumer', plan ->> 'topic', (plan #>> '{moves,0,partition}')::int
  LOOP
    BEGIN
      PERFORM log_settle(given.plan);
      answers[given.place] := true;
    EXCEPTION WHEN SQLSTATE 'KF001' THEN
      answers[given.place] := false;
    END;
  END LOOP;
  RETURN answers;
END $$;

-- Makes the commit of this transaction fail with KT001.
CREATE FUNCTION log_end_as_trial() RETURNS void LANGUAGE sql AS
  'INSERT INTO trial_run DEFAULT VALUES';
