/** The list of planted bugs is as new as the code: `npm run test:mutate` runs them. */
interface Plant {
  staleBugs(): string[];
}
const { staleBugs } = require('./plant.js') as Plant;

describe('the list of planted bugs', () => {
  it('names texts that stand in the code exactly once', () => expect(staleBugs()).toEqual([]));
});
