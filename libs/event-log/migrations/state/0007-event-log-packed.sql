-- The facts of a large record come packed by whoever appends them (src/stored-facts.ts): compressing
-- them once more would find nothing and cost what packing them saves. Rows from before stay as they
-- are, and PostgreSQL still unpacks those by itself.
ALTER TABLE log_record ALTER facts SET STORAGE EXTERNAL;

-- How many bytes of JSON a stored text stands for: packed ones begin with `z` and that number. Readers
-- bound their memory by it, so it is never the length of what is stored.
CREATE FUNCTION log_facts_bytes(facts text) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN starts_with(facts, 'z') THEN split_part(substr(facts, 2, 10), ' ', 1)::int
              ELSE octet_length(facts) END
$$;

-- Both as before, but for facts_bytes.
CREATE OR REPLACE FUNCTION log_append_several(
  topics text[], partitions int[], facts_counts smallint[], facts text,
  cause_topics text[], cause_partitions int[], cause_positions bigint[]
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  head record;
  following bigint;
  place int;
  positions bigint[] := array_fill(0::bigint, ARRAY[cardinality(topics)]);
  the_trace text;
BEGIN
  IF starts_with(facts, E'\t') THEN
    the_trace := substr(split_part(facts, E'\n', 1), 2);
    facts := substr(facts, strpos(facts, E'\n') + 1);
  END IF;

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
                          cause_topic, cause_partition, cause_position, trace)
    SELECT t, p, at, c, log_facts_bytes(f), f, ct, cp, cat, the_trace
    FROM unnest(topics, partitions, positions, facts_counts, string_to_array(facts, E'\n'),
                cause_topics, cause_partitions, cause_positions)
         AS given (t, p, at, c, f, ct, cp, cat);
  RETURN positions;
END $$;

CREATE OR REPLACE FUNCTION log_append(
  topics text[], partitions int[], facts_counts smallint[], facts text,
  cause_topics text[], cause_partitions int[], cause_positions bigint[]
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  following bigint;
  the_trace text;
BEGIN
  IF cardinality(topics) <> 1 THEN
    RETURN log_append_several(topics, partitions, facts_counts, facts,
                              cause_topics, cause_partitions, cause_positions);
  END IF;
  IF starts_with(facts, E'\t') THEN
    the_trace := substr(split_part(facts, E'\n', 1), 2);
    facts := substr(facts, strpos(facts, E'\n') + 1);
  END IF;

  UPDATE log_head SET next = next + 1
    WHERE topic = topics[1] AND partition = partitions[1] RETURNING next - 1 INTO following;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no partition % of topic %', partitions[1], topics[1];
  END IF;
  INSERT INTO log_record (topic, partition, position, facts_count, facts_bytes, facts,
                          cause_topic, cause_partition, cause_position, trace)
    VALUES (topics[1], partitions[1], following, facts_counts[1], log_facts_bytes(facts), facts,
            cause_topics[1], cause_partitions[1], cause_positions[1], the_trace);
  RETURN ARRAY[following];
END $$;
