-- The holds of one batch stand side by side and end together, each with a new version of its row.
-- Without room for all of them on their page every end writes the index anew: with 64 holds ending
-- at once three of four did.
ALTER TABLE decided_transaction SET (fillfactor = 50);
