-- Who uses this installation.
CREATE TABLE platform (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  -- The one that the first start made.
  is_first boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX platform_first ON platform (is_first) WHERE is_first;

CREATE TABLE api_key (
  platform text COLLATE "C" NOT NULL REFERENCES platform,
  mode text COLLATE "C" NOT NULL CHECK (mode IN ('live', 'test')),
  id text COLLATE "C" NOT NULL UNIQUE,
  name text,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz,
  last_used_at timestamptz,
  PRIMARY KEY (platform, mode, id)
);

-- Only hashes: a secret is shown once and cannot be read back. A rotated one works on until
-- `expires_at`.
CREATE TABLE api_key_secret (
  platform text COLLATE "C" NOT NULL,
  mode text COLLATE "C" NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  PRIMARY KEY (secret_hash),
  FOREIGN KEY (platform, mode, key_id) REFERENCES api_key
);
CREATE INDEX api_key_secret_key ON api_key_secret (platform, mode, key_id);
