/** Every property test of a run starts from the one seed that the run printed. */
const fc = require('fast-check');

fc.configureGlobal({ seed: Number(process.env.KONTOR_SEED) });
