/**
 * The planted bugs of the wallet's domain, and planting them in copies of it.
 *
 * Shape: a bug is one exact text in one file and what stands there instead. The text occurs exactly
 *        once, so a list that has fallen behind the code is noticed and not silently ignored.
 */
const { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const bugs = require('./wallet-bugs.json');

const root = path.resolve(__dirname, '../..');
const SERVICE = 'services/wallet-ledger';
const DOMAIN = `${SERVICE}/src/domain`;
/** What specs of the domain take from the service's tests, and compare the code with. */
const BESIDE = ['test/instants.ts', 'README.md'];
const PAGE = path.join(root, 'docs/reference/planted-bugs.md');

/** What is wrong with the list: texts that are not there exactly once, names used twice. */
function staleBugs() {
  const wrong = [];
  const names = new Set();
  for (const { name, file, find, replace } of bugs) {
    const found = readFileSync(path.join(root, DOMAIN, file), 'utf8').split(find).length - 1;
    if (found !== 1) wrong.push(`${file}: "${name}": its text is there ${found} times`);
    if (/\n/.test(find + replace)) wrong.push(`${file}: "${name}" is longer than a line`);
    if (names.has(name)) wrong.push(`${file}: "${name}" is listed twice`);
    names.add(name);
  }
  return wrong;
}

/** Copies the domain and its specs to `folder`, with the bug, or without when there is none. */
function plant(folder, bug) {
  const domain = path.join(folder, DOMAIN);
  mkdirSync(domain, { recursive: true });
  cpSync(path.join(root, DOMAIN), domain, { recursive: true });
  for (const file of BESIDE)
    cpSync(path.join(root, SERVICE, file), path.join(folder, SERVICE, file));
  writeFileSync(path.join(domain, 'examples.spec.ts'), allExamples(domain));
  if (!bug) return;
  const file = path.join(domain, bug.file);
  const parts = readFileSync(file, 'utf8').split(bug.find);
  if (parts.length !== 2) throw new Error(`the text of "${bug.name}" is not there exactly once`);
  writeFileSync(file, parts.join(bug.replace));
}

/** One file for all examples: loading the domain once per bug is most of a run's time. */
function allExamples(domain) {
  const specs = readdirSync(domain).filter((file) => /(?<!\.property)\.spec\.ts$/.test(file));
  return specs.map((file) => `import './${file.replace(/\.ts$/, '')}';\n`).join('');
}

module.exports = { bugs, plant, staleBugs, root, PAGE };
