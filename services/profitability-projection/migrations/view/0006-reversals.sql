-- What was reversed. The rows of what it was stay, so that an event shows what happened to it; sums no
-- longer count them.

CREATE TABLE event_reversal (
  platform    text COLLATE "C" NOT NULL,
  mode        text COLLATE "C" NOT NULL,
  event_id    uuid NOT NULL,
  reason      text NOT NULL,
  reversed_at timestamptz NOT NULL,
  -- Whether the costs are reversed too; they may follow later.
  costs       boolean NOT NULL,
  PRIMARY KEY (event_id, platform, mode)
);

ALTER TABLE fee_value ADD COLUMN reversed boolean NOT NULL DEFAULT false;
ALTER TABLE cost_detail ADD COLUMN reversed boolean NOT NULL DEFAULT false;
