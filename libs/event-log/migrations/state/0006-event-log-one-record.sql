-- A single record, as most commits on the way of a request have, takes a shorter way: no grouping by
-- partition, no taking apart of texts. Several go as before.
ALTER FUNCTION log_append(text[], int[], smallint[], text, text[], int[], bigint[])
  RENAME TO log_append_several;

CREATE FUNCTION log_append(
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
    VALUES (topics[1], partitions[1], following, facts_counts[1], octet_length(facts), facts,
            cause_topics[1], cause_partitions[1], cause_positions[1], the_trace);
  RETURN ARRAY[following];
END $$;
