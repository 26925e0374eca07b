-- The rates that costs are converted with. Rows are only ever added, each with its place in
-- catalog.v1, so that a cost can be converted as of any head.
CREATE TABLE asset_rate (
  platform text NOT NULL,
  mode text NOT NULL,
  source text NOT NULL,
  asset text NOT NULL,
  position bigint NOT NULL,
  index int NOT NULL,
  rate numeric,
  inverse_rate numeric,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz,
  PRIMARY KEY (platform, mode, source, asset, position, index)
);
