-- Events that were reversed: each once, costs at once or later. What is answered again.
CREATE TABLE reversed_event (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  event_id uuid NOT NULL,
  reason text NOT NULL,
  -- Whether the costs are reversed too.
  costs boolean NOT NULL,
  reversed_at timestamptz NOT NULL,
  -- Of its newest fact in usage.recorded.v1.
  partition int NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (platform, mode, event_id)
);
