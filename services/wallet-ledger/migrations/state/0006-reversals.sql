-- What reversals need to know of grants that nothing is left of: what kind of lot they were, and which
-- debt they repaid.

ALTER TABLE wallet_grant
  ADD COLUMN basis numeric,
  ADD COLUMN priority int,
  -- From and to on the account's debt line, when the grant repaid some as it came into effect. What
  -- was reversed before lies inside too: nobody owes it any more, so nobody asks.
  ADD COLUMN repaid_from numeric,
  ADD COLUMN repaid_to numeric;

UPDATE wallet_grant AS g
  SET basis = (given.fact #>> '{grant,basis}')::numeric,
      priority = (given.fact #>> '{grant,priority}')::int
  FROM (SELECT value AS fact FROM log_record, json_array_elements(facts::json)
        WHERE topic = 'wallet.posted.v1' AND value ->> 'type' = 'wallet.funds-credited') AS given
  WHERE g.platform = given.fact ->> 'platform' AND g.mode = given.fact ->> 'mode'
    AND g.customer_id = given.fact ->> 'key' AND g.account_id = given.fact ->> 'accountId'
    AND g.grant_id = given.fact #>> '{grant,grantId}';

UPDATE wallet_grant AS g
  SET repaid_from = (repaid.fact #>> '{repaid,0,from}')::numeric,
      repaid_to = (repaid.fact #>> '{repaid,-1,from}')::numeric
                + (repaid.fact #>> '{repaid,-1,amount}')::numeric
  FROM (SELECT value AS fact FROM log_record, jsonb_array_elements(facts::jsonb)
        WHERE topic = 'wallet.posted.v1'
          AND value ->> 'type' IN ('wallet.funds-credited', 'wallet.grant-activated')
          AND jsonb_array_length(value -> 'repaid') > 0) AS repaid
  WHERE g.platform = repaid.fact ->> 'platform' AND g.mode = repaid.fact ->> 'mode'
    AND g.customer_id = repaid.fact ->> 'key' AND g.account_id = repaid.fact ->> 'accountId'
    AND g.grant_id = coalesce(repaid.fact #>> '{grant,grantId}', repaid.fact ->> 'grantId');

ALTER TABLE wallet_grant
  ALTER COLUMN basis SET NOT NULL,
  ALTER COLUMN priority SET NOT NULL;

-- As before, and: grants with what they are and repaid, and what scheduled ones repay later.
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
                            basis, priority, effective_at, expires_at, created_at,
                            repaid_from, repaid_to)
    SELECT platform, mode, customer_id, account_id, grant_id, purpose, amount,
           basis, priority, effective_at, expires_at, created_at, repaid_from, repaid_to
    FROM json_to_recordset(rest -> 'grants') AS given (
      platform text, mode text, customer_id text, account_id text, grant_id text, purpose text,
      amount numeric, basis numeric, priority int, effective_at timestamptz,
      expires_at timestamptz, created_at timestamptz, repaid_from numeric, repaid_to numeric)
    ORDER BY platform, mode, customer_id, account_id, grant_id;

  UPDATE wallet_grant AS g SET repaid_from = given.repaid_from, repaid_to = given.repaid_to
    FROM json_to_recordset(rest -> 'repayments') AS given (
      platform text, mode text, customer_id text, account_id text, grant_id text,
      repaid_from numeric, repaid_to numeric)
    WHERE g.platform = given.platform AND g.mode = given.mode
      AND g.customer_id = given.customer_id AND g.account_id = given.account_id
      AND g.grant_id = given.grant_id;

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
