/** The list of planted bugs is as new as the code: `npm run test:mutate` runs them. */
import { readFileSync } from 'node:fs';

interface Plant {
  readonly bugs: readonly { readonly name: string; readonly file: string }[];
  readonly PAGE: string;
  staleBugs(): string[];
}
const { bugs, staleBugs, PAGE } = require('./plant.js') as Plant;

describe('the list of planted bugs', () => {
  it('names texts that stand in the code exactly once', () => expect(staleBugs()).toEqual([]));

  it('is the one whose run the page shows', () => {
    const page = readFileSync(PAGE, 'utf8');
    const missing = bugs.filter(({ file, name }) => !page.includes(`| ${file} | ${name} |`));
    expect(missing).toEqual([]);
    expect(page).toContain(`${bugs.length} of ${bugs.length} caught.`);
  });
});
