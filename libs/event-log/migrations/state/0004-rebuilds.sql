-- Rebuilds of this service's view, newest kept: where they are, and what they found. A row is
-- written by the process that works on it; whether that process lives, its advisory lock says.
CREATE TABLE rebuild (
  id uuid PRIMARY KEY,
  verify boolean NOT NULL,
  swap boolean NOT NULL,
  state text NOT NULL,
  -- JSON: progress, and the comparison when there was one.
  report text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz
);
CREATE INDEX rebuild_started_at ON rebuild (started_at);
