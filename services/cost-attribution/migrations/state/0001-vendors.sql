-- Vendors are decided here. `position` is the place of the vendor's fact in cost.catalog.v1.
CREATE TABLE vendor (
  platform text NOT NULL,
  mode text NOT NULL,
  vendor_id text COLLATE "C" NOT NULL,
  external_id text COLLATE "C",
  name text NOT NULL,
  created_at timestamptz NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (platform, mode, vendor_id)
);
CREATE UNIQUE INDEX vendor_external_id
  ON vendor (platform, mode, external_id) WHERE external_id IS NOT NULL;
