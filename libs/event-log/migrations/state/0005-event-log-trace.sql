-- The W3C trace context of the work that appended a record; null where nothing is traced.
ALTER TABLE log_record ADD COLUMN trace text;

-- As before; `facts` may begin with one line more, a tab and the trace of all its records (JSON text
-- begins with no tab). It has the same arguments, so that statements which call it stay as they are.
CREATE OR REPLACE FUNCTION log_append(
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
    SELECT t, p, at, c, octet_length(f), f, ct, cp, cat, the_trace
    FROM unnest(topics, partitions, positions, facts_counts, string_to_array(facts, E'\n'),
                cause_topics, cause_partitions, cause_positions)
         AS given (t, p, at, c, f, ct, cp, cat);
  RETURN positions;
END $$;
