-- Captures, releases and expiries have ids made of what they belong to, `<id>.<suffix>`, and no row
-- of their own among the ids that were decided.
CREATE INDEX wallet_transaction_part ON wallet_transaction
  (platform, mode, customer_id, transaction_id) WHERE transaction_id LIKE '%.%';
