-- Reversals ask who repaid a stretch of an account's debt; most grants repaid none.
CREATE INDEX wallet_grant_repaid ON wallet_grant
  (platform, mode, customer_id, account_id, repaid_to)
  WHERE repaid_to IS NOT NULL;
