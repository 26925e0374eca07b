-- Audits of the tables against the log, as they were reported. The newest are kept.
CREATE TABLE audit (
  id uuid PRIMARY KEY,
  started_at timestamptz NOT NULL,
  -- A late word of progress must not undo the result.
  finished boolean NOT NULL,
  -- JSON text.
  report text NOT NULL
);
