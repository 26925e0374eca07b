-- Whom the gateway knows while the owner does not answer, folded from the owners' facts.
CREATE TABLE known_customer (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  external_id text COLLATE "C",
  PRIMARY KEY (platform, mode, id)
);
CREATE INDEX known_customer_external_id
  ON known_customer (platform, mode, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE known_vendor (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  external_id text COLLATE "C",
  PRIMARY KEY (platform, mode, id)
);
CREATE INDEX known_vendor_external_id
  ON known_vendor (platform, mode, external_id) WHERE external_id IS NOT NULL;
