-- Authorizations: an open hold stands in its wallet's state, and one row is its command id and, once
-- it ended, where its end stands.

ALTER TABLE decided_transaction
  -- In the partition of the row; null while the hold is open, and for what is no hold.
  ADD COLUMN end_position bigint,
  ADD COLUMN end_index smallint,
  -- Of the request that ended it: the same one gets its answer again. Null when usage or time did.
  ADD COLUMN end_hash text COLLATE "C";
-- Room on each page, so that the end of a hold stays in place.
ALTER TABLE decided_transaction SET (fillfactor = 80);

-- Not later than the next instant at which the wallet changes by itself: a grant comes into effect
-- or expires, a hold goes back. An early one only means that somebody looks.
ALTER TABLE wallet ADD COLUMN wake_at timestamptz;
CREATE INDEX wallet_wake_at ON wallet (wake_at) WHERE wake_at IS NOT NULL;

-- Per partition, the position in usage.recorded.v1 whose fees are applied: a hold goes back only
-- when usage that was accepted in time can not come any more.
CREATE TABLE applied_usage (
  partition int NOT NULL PRIMARY KEY,
  position bigint NOT NULL
);

DROP FUNCTION ledger_write;

-- As before, and: the ends of holds, and when each wallet wants to be looked at (`w_wakes`).
CREATE FUNCTION ledger_write(
  topics text[], partitions int[], facts_counts smallint[], facts text,
  cause_topics text[], cause_partitions int[], cause_positions bigint[],
  w_platforms text[], w_modes text[], w_customers text[], w_versions bigint[], w_states text,
  w_wakes timestamptz[],
  t_ids text[], t_hashes text[], t_wallets int[], t_records int[], t_indexes smallint[],
  e_ids text[], e_hashes text[], e_wallets int[], e_records int[], e_indexes smallint[],
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

-- Ids that refusals rest on, grants, what is kept of the catalog, and how far usage was applied.
CREATE OR REPLACE FUNCTION ledger_write_rest(rest json) RETURNS void LANGUAGE plpgsql AS $$
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

  INSERT INTO applied_usage AS a (partition, position)
    SELECT partition, position
    FROM json_to_recordset(rest -> 'appliedUsage') AS given (partition int, position bigint)
    ORDER BY partition
    ON CONFLICT (partition) DO UPDATE SET position = greatest(a.position, excluded.position);
END $$;
