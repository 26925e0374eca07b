-- As before, in fewer statements: new wallets and wallets that were only read are looked for when the
-- batch has any. Most have none.
CREATE OR REPLACE FUNCTION ledger_write(
  topics text[], partitions int[], facts_counts smallint[], facts text,
  cause_topics text[], cause_partitions int[], cause_positions bigint[],
  w_platforms text[], w_modes text[], w_customers text[], w_versions bigint[], w_states text,
  w_wakes timestamptz[],
  t_ids text[], t_hashes text[], t_wallets int[], t_records int[], t_indexes smallint[],
  e_ids text[], e_hashes text[], e_wallets int[], e_records int[], e_indexes smallint[],
  rest json
) RETURNS bigint[] LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
AS $$
DECLARE
  positions bigint[] := '{}';
  states text[];
  written int := 0;
  asserted int := 0;
  affected int;
BEGIN
  IF cardinality(topics) > 0 THEN
    positions := log_append(topics, partitions, facts_counts, facts,
                            cause_topics, cause_partitions, cause_positions);
  END IF;

  IF rest IS NOT NULL THEN
    PERFORM log_settle(value) FROM (
      SELECT value FROM json_array_elements(rest -> 'settlements')
      ORDER BY value ->> 'consumer', value ->> 'topic', (value #>> '{moves,0,partition}')::int
    ) AS settlements;
  END IF;

  IF cardinality(t_ids) > 0 THEN
    INSERT INTO decided_transaction (platform, mode, transaction_id, content_hash,
                                     partition, position, index)
      SELECT w_platforms[w], w_modes[w], id, hash, partitions[record], positions[record], place
      FROM unnest(t_ids, t_hashes, t_wallets, t_records, t_indexes)
           AS given (id, hash, w, record, place)
      ORDER BY 1, 2, 3;
  END IF;

  IF cardinality(e_ids) > 0 THEN
    UPDATE decided_transaction AS t
      SET end_position = positions[given.record], end_index = given.place,
          end_hash = given.hash
      FROM unnest(e_ids, e_hashes, e_wallets, e_records, e_indexes)
           AS given (id, hash, w, record, place)
      WHERE t.platform = w_platforms[given.w] AND t.mode = w_modes[given.w]
        AND t.transaction_id = given.id;
    GET DIAGNOSTICS affected = ROW_COUNT;
    IF affected <> cardinality(e_ids) THEN
      RAISE EXCEPTION 'an authorization that ends has no row';
    END IF;
  END IF;

  IF cardinality(w_versions) > 0 THEN
    states := string_to_array(w_states, E'\n');

    UPDATE wallet AS w SET version = w.version + 1, state = given.state, wake_at = given.wake_at
      FROM unnest(w_platforms, w_modes, w_customers, w_versions, states, w_wakes)
           AS given (platform, mode, customer_id, version, state, wake_at)
      WHERE w.platform = given.platform AND w.mode = given.mode
        AND w.customer_id = given.customer_id AND w.version = given.version
        AND given.state <> '';
    GET DIAGNOSTICS written = ROW_COUNT;

    IF written < cardinality(w_versions) THEN
      INSERT INTO wallet (platform, mode, customer_id, version, state, wake_at)
        SELECT given.platform, given.mode, given.customer_id, 1, given.state, given.wake_at
        FROM unnest(w_platforms, w_modes, w_customers, w_versions, states, w_wakes)
             AS given (platform, mode, customer_id, version, state, wake_at)
        WHERE given.version = 0 AND given.state <> '';
      GET DIAGNOSTICS affected = ROW_COUNT;
      written := written + affected;

      -- Wallets that were only read; one without a row must still be without.
      SELECT count(*) INTO asserted
        FROM unnest(w_platforms, w_modes, w_customers, w_versions, states)
             AS given (platform, mode, customer_id, version, state)
        WHERE coalesce(given.state, '') = ''
          AND given.version = coalesce((
            SELECT w.version FROM wallet AS w
            WHERE w.platform = given.platform AND w.mode = given.mode
              AND w.customer_id = given.customer_id), 0);
    END IF;

    IF written + asserted <> cardinality(w_versions) THEN
      RAISE EXCEPTION 'a wallet was written by another' USING ERRCODE = 'KL001';
    END IF;
  END IF;

  IF rest IS NOT NULL THEN
    PERFORM ledger_write_rest(rest);
  END IF;
  RETURN positions;
END $$;
