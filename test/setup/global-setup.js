/** One real PostgreSQL for a whole run; every test file makes its own database in it. */
const { randomInt } = require('node:crypto');
const { chmodSync, mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');

module.exports = async () => {
  process.env.KONTOR_SEED ??= String(randomInt(2 ** 31));
  console.log(`\nproperty tests: KONTOR_SEED=${process.env.KONTOR_SEED}`);
  if (process.env.KONTOR_TEST_DATABASE_URL) return;
  const { startEmbeddedPostgres } = require('@kontor/postgres');
  const dataDir = mkdtempSync(path.join(tmpdir(), 'kontor-test-'));
  // Root's PostgreSQL runs as somebody else, who must be able to walk in.
  chmodSync(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres(dataDir);
  process.env.KONTOR_TEST_DATABASE_URL = postgres.url;
  process.env.KONTOR_TEST_RUN_DIR = dataDir;
  globalThis.kontorTestRun = { postgres, dataDir };
};
