-- What was archived is never offered again: a default version that is archived is none any more.
CREATE TABLE product_archival (
  platform text NOT NULL,
  mode text NOT NULL,
  product_id text NOT NULL,
  position bigint NOT NULL,
  index int NOT NULL,
  -- Null: all of them.
  version int,
  PRIMARY KEY (platform, mode, product_id, position, index)
);
