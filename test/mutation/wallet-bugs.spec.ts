/** The list of planted bugs is as new as the code: `npm run test:mutate` runs them. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface Plant {
  readonly bugs: readonly { readonly name: string; readonly file: string }[];
  readonly PAGE: string;
  staleBugs(): string[];
  plant(folder: string): void;
}
const { bugs, plant, staleBugs, PAGE } = require('./plant.js') as Plant;

describe('the list of planted bugs', () => {
  it('names texts that stand in the code exactly once', () => expect(staleBugs()).toEqual([]));

  it('is planted beside all that the specs of the domain import', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kontor-planted-'));
    try {
      plant(folder);
      const domain = path.join(folder, 'services/wallet-ledger/src/domain');
      const missing = readdirSync(domain).flatMap((file) =>
        [...readFileSync(path.join(domain, file), 'utf8').matchAll(/ from '(\.[^']+)'/g)]
          .map(([, name = '']) => path.resolve(domain, `${name}.ts`))
          .filter((name) => !existsSync(name)),
      );
      expect(missing).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is the one whose run the page shows', () => {
    const page = readFileSync(PAGE, 'utf8');
    const missing = bugs.filter(({ file, name }) => !page.includes(`| ${file} | ${name} |`));
    expect(missing).toEqual([]);
    expect(page).toContain(`${bugs.length} of ${bugs.length} caught.`);
  });
});
