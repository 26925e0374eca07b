-- Writes one batch of the ledger, all of it or nothing, and answers the positions of its records.
--
-- Order of locks: log heads first, in order; then checkpoints; then transaction ids in key order;
-- then wallets, which nobody writes without the head of their partition. So writers wait for each
-- other at the heads and nowhere else.
--
-- Raises when something that the batch rests on is not so: KL001 for the version of a wallet, written
-- or only read, and for a refused transaction id that was accepted before; 23505 for a transaction id
-- or a wallet that is there already; KF001 (by log_settle) for a checkpoint.
--
-- `w_states`: one wallet a line; an empty line = only read. `t_wallets`, `t_records`: places in the
-- lists of wallets and records, from 1. `rest`: what most batches do not have.
CREATE FUNCTION ledger_write(
  topics text[], partitions int[], facts_counts smallint[], facts text,
  cause_topics text[], cause_partitions int[], cause_positions bigint[],
  w_platforms text[], w_modes text[], w_customers text[], w_versions bigint[], w_states text,
  t_ids text[], t_hashes text[], t_wallets int[], t_records int[], t_indexes smallint[],
  rest json
) RETURNS bigint[] LANGUAGE plpgsql AS $$
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

  IF cardinality(w_versions) > 0 THEN
    states := string_to_array(w_states, E'\n');

    UPDATE wallet AS w SET version = w.version + 1, state = given.state
      FROM unnest(w_platforms, w_modes, w_customers, w_versions, states)
           AS given (platform, mode, customer_id, version, state)
      WHERE w.platform = given.platform AND w.mode = given.mode
        AND w.customer_id = given.customer_id AND w.version = given.version
        AND given.state <> '';
    GET DIAGNOSTICS written = ROW_COUNT;

    INSERT INTO wallet (platform, mode, customer_id, version, state)
      SELECT given.platform, given.mode, given.customer_id, 1, given.state
      FROM unnest(w_platforms, w_modes, w_customers, w_versions, states)
           AS given (platform, mode, customer_id, version, state)
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

    IF written + asserted <> cardinality(w_versions) THEN
      RAISE EXCEPTION 'a wallet was written by another' USING ERRCODE = 'KL001';
    END IF;
  END IF;

  IF rest IS NOT NULL THEN
    PERFORM ledger_write_rest(rest);
  END IF;
  RETURN positions;
END $$;

-- One plan for all sizes and ages of the tables: by primary key, whatever the statistics say.
ALTER FUNCTION ledger_write SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION ledger_write SET enable_hashjoin = off;
ALTER FUNCTION ledger_write SET enable_mergejoin = off;
ALTER FUNCTION ledger_write SET enable_seqscan = off;

-- Ids that refusals rest on, grants, and what is kept of the catalog.
CREATE FUNCTION ledger_write_rest(rest json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM json_to_recordset(rest -> 'absent')
                AS refused (platform text, mode text, transaction_id text)
      JOIN decided_transaction USING (platform, mode, transaction_id)
  ) THEN
    RAISE EXCEPTION 'a refused transaction id was accepted before' USING ERRCODE = 'KL001';
  END IF;

  INSERT INTO wallet_grant (platform, mode, customer_id, account_id, grant_id, purpose, amount,
                            effective_at, expires_at, created_at)
    SELECT platform, mode, customer_id, account_id, grant_id, purpose, amount,
           effective_at, expires_at, created_at
    FROM json_to_recordset(rest -> 'grants') AS given (
      platform text, mode text, customer_id text, account_id text, grant_id text, purpose text,
      amount numeric, effective_at timestamptz, expires_at timestamptz, created_at timestamptz)
    ORDER BY platform, mode, customer_id, account_id, grant_id;

  INSERT INTO product_version_asset (platform, mode, product_id, version, assets)
    SELECT platform, mode, "productId", version, assets
    FROM json_to_recordset(rest -> 'productVersions') AS given (
      platform text, mode text, "productId" text, version int, assets text[])
    ORDER BY platform, mode, "productId", version
    ON CONFLICT DO NOTHING;
END $$;
