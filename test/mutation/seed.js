/** The first counterexample is enough: a planted bug needs no smallest one. */
const fc = require('fast-check');

fc.configureGlobal({ seed: Number(process.env.KONTOR_SEED), endOnFailure: true });
