/**
 * Plants one bug after the other in copies of the wallet's domain and runs its specs there: every
 * one must turn them red. `npm run test:mutate`
 *
 * Method: all copies stand in one folder outside the tree. One run of jest takes the examples of all
 *         copies; a second one takes the properties of those that no example caught (KONTOR_LONG=1:
 *         of all). A copy without a bug must be green in both, or red would prove nothing. The seed
 *         is fixed, so that the page says the same every time; KONTOR_SEED=n tries another and
 *         leaves the page alone, and so does naming bugs: `npm run test:mutate -- due.ts`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);
const { bugs: all, plant, staleBugs, root, PAGE } = require('./plant.js');
const { transform } = require('../../jest.config.js');

const SEED = '20260105';
const DOES_NOT_RUN = 'the spec does not run';
const SOUND = 'sound';
const isLong = process.env.KONTOR_LONG === '1';

const wanted = process.argv.slice(2);
const bugs = all.filter(
  ({ name, file }) =>
    wanted.length === 0 || wanted.some((text) => `${file}: ${name}`.includes(text)),
);

const stale = staleBugs();
if (stale.length > 0) {
  console.error(`test/mutation/wallet-bugs.json has fallen behind the code:\n${stale.join('\n')}`);
  process.exit(1);
}

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'kontor-mutation-')));
const started = Date.now();
try {
  const folders = bugs.map((_, index) => `bug-${index}`);
  plant(path.join(folder, SOUND));
  bugs.forEach((bug, index) => plant(path.join(folder, folders[index]), bug));
  const failures = failuresOf(runJest('examples.spec.ts', [SOUND, ...folders]));
  const left = isLong ? folders : folders.filter((copy) => !failures.has(copy));
  console.log(`${folders.length - left.length} of ${folders.length} left to the examples alone`);
  const more = failuresOf(runJest('*.property.spec.ts', [SOUND, ...left]));
  for (const [copy, tests] of more) failures.set(copy, [...(failures.get(copy) ?? []), ...tests]);
  const rows = bugs.map((bug, index) => ({ ...bug, caughtBy: failures.get(folders[index]) ?? [] }));
  report(rows, failures.get(SOUND) ?? []);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function runJest(specs, copies) {
  const results = path.join(folder, 'results.json');
  writeFileSync(
    path.join(folder, 'jest.config.json'),
    JSON.stringify(configuration(specs, copies)),
  );
  const jest = path.join(path.dirname(require.resolve('jest/package.json')), 'bin/jest.js');
  const run = spawnSync(
    process.execPath,
    [jest, '-c', path.join(folder, 'jest.config.json'), '--json', `--outputFile=${results}`],
    {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, KONTOR_SEED: process.env.KONTOR_SEED ?? SEED },
      maxBuffer: 2 ** 30,
    },
  );
  try {
    return JSON.parse(readFileSync(results, 'utf8')).testResults;
  } catch {
    throw new Error(`jest ended without results:\n${run.stderr}`);
  }
}

function configuration(specs, copies) {
  return {
    rootDir: folder,
    testMatch: copies.map((copy) => `<rootDir>/${copy}/**/src/domain/${specs}`),
    testEnvironment: path.join(root, 'test/mutation/first-failure.js'),
    transform: Object.fromEntries(
      Object.entries(transform).map(([files, [name, options]]) => [
        files,
        [require.resolve(name), options],
      ]),
    ),
    moduleNameMapper: { '^@kontor/(money|event-sourcing|contracts)$': `${root}/libs/$1/src` },
    modulePaths: [path.join(root, 'node_modules')],
    setupFiles: [path.join(root, 'test/mutation/seed.js')],
    maxWorkers: 2,
    // A bug may make a loop endless; the others are then still told.
    testTimeout: 30_000,
  };
}

/** By copy, the tests that failed there: file and name. */
function failuresOf(testResults) {
  const failures = new Map();
  for (const { name, assertionResults, status } of testResults) {
    const [copy] = path.relative(folder, name).split(path.sep);
    const red = assertionResults.filter((test) => test.status === 'failed');
    const titles = red.map(({ fullName }) => fullName);
    if (status === 'failed' && red.length === 0) titles.push(DOES_NOT_RUN);
    if (titles.length > 0) failures.set(copy, titles);
  }
  return failures;
}

function report(rows, wrong) {
  const caught = rows.filter(({ caughtBy }) => caughtBy.length > 0);
  const broken = rows.filter(({ caughtBy }) => caughtBy.includes(DOES_NOT_RUN));
  for (const { file, name, caughtBy } of rows)
    console.log(
      `${caughtBy.length > 0 ? 'caught  ' : 'SURVIVED'} ${file}: ${name}${caughtBy[0] ? `  <- ${caughtBy[0]}` : ''}`,
    );
  for (const test of wrong) console.error(`red without any bug: ${test}`);
  for (const { name } of broken) console.error(`"${name}" is no bug but broken code`);
  const seed = process.env.KONTOR_SEED ?? SEED;
  console.log(`seed ${seed}, ${Math.round((Date.now() - started) / 1_000)} s`);
  console.log(`${caught.length} of ${rows.length} caught`);
  if (caught.length < rows.length || wrong.length + broken.length > 0) process.exitCode = 1;
  else if (seed === SEED && !isLong && bugs.length === all.length) writeFileSync(PAGE, page(rows));
}

function page(rows) {
  const cell = (text) => text.replaceAll('|', '\\|');
  const lines = rows.map(
    ({ file, name, find, replace, caughtBy }) =>
      `| ${file} | ${cell(name)} | ${code(find)} | ${replace === '' ? '' : code(replace)} | ${caughtBy.map(cell).join('<br>')} |`,
  );
  return `# Planted bugs

<!-- Generated by \`npm run test:mutate\`. Do not edit. -->
<!-- prettier-ignore-start -->

Each of these one-line bugs was planted alone in a copy of the wallet's domain
(\`services/wallet-ledger/src/domain\`), and the domain's specs were run there with seed ${SEED}: the examples, and
the properties where no example failed. The last column names the first test that did.

| file | bug | instead of | stands | caught by |
| --- | --- | --- | --- | --- |
${lines.join('\n')}

${rows.length} of ${rows.length} caught.

<!-- prettier-ignore-end -->
`;
}

function code(text) {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
