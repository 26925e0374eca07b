-- Functions name tables without a schema: they work on whatever the session's search_path says.

-- The log's identity, made at the first call.
CREATE FUNCTION log_open_identity() RETURNS uuid LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log_identity DEFAULT VALUES ON CONFLICT DO NOTHING;
  RETURN (SELECT incarnation FROM log_identity);
END $$;

-- Makes the head rows of a topic if there are none; answers how many there are.
CREATE FUNCTION log_open_topic(the_topic text, partitions int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM log_head WHERE topic = the_topic) THEN
    INSERT INTO log_head (topic, partition)
      SELECT the_topic, p FROM generate_series(0, partitions - 1) AS p ON CONFLICT DO NOTHING;
  END IF;
  RETURN (SELECT count(*) FROM log_head WHERE topic = the_topic);
END $$;

-- Takes the row locks of heads one by one in (topic, partition) order; a join would lock in plan
-- order, and two appenders could wait for each other.
CREATE FUNCTION log_lock_heads(topics text[], partitions int[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  head record;
BEGIN
  FOR head IN
    SELECT DISTINCT t COLLATE "C" AS topic, p AS partition
    FROM unnest(topics, partitions) AS given (t, p) ORDER BY 1, 2
  LOOP
    PERFORM FROM log_head WHERE topic = head.topic AND partition = head.partition FOR UPDATE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'no partition % of topic %', head.partition, head.topic;
    END IF;
  END LOOP;
END $$;

-- Appends records and answers their positions in the order given. `facts`: one record a line.
CREATE FUNCTION log_append(
  topics text[], partitions int[], facts_counts smallint[], facts text,
  cause_topics text[], cause_partitions int[], cause_positions bigint[]
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  head record;
  following bigint;
  place int;
  positions bigint[] := array_fill(0::bigint, ARRAY[cardinality(topics)]);
BEGIN
  FOR head IN
    SELECT t COLLATE "C" AS topic, p AS partition, array_agg(n ORDER BY n) AS places
    FROM unnest(topics, partitions) WITH ORDINALITY AS given (t, p, n)
    GROUP BY 1, 2 ORDER BY 1, 2
  LOOP
    UPDATE log_head SET next = next + cardinality(head.places)
      WHERE topic = head.topic AND partition = head.partition RETURNING next INTO following;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'no partition % of topic %', head.partition, head.topic;
    END IF;
    following := following - cardinality(head.places);
    FOREACH place IN ARRAY head.places LOOP
      positions[place] := following;
      following := following + 1;
    END LOOP;
  END LOOP;

  INSERT INTO log_record (topic, partition, position, facts_count, facts_bytes, facts,
                          cause_topic, cause_partition, cause_position)
    SELECT t, p, at, c, octet_length(f), f, ct, cp, cat
    FROM unnest(topics, partitions, positions, facts_counts, string_to_array(facts, E'\n'),
                cause_topics, cause_partitions, cause_positions)
         AS given (t, p, at, c, f, ct, cp, cat);
  RETURN positions;
END $$;
