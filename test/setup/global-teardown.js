const { rmSync } = require('node:fs');

module.exports = async () => {
  const run = globalThis.kontorTestRun;
  if (!run) return;
  const { stopTestBroker } = require('@kontor/testkit');
  if (stopTestBroker) await stopTestBroker();
  await run.postgres.stop();
  rmSync(run.dataDir, { recursive: true, force: true });
};
