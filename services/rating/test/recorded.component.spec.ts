/** Old facts still mean the same: streams of former releases fold to the rows that they made. */
import { asKnownTo, foldRecorded, recordedRows } from '@kontor/testkit';
import { ratingService } from '../src/index';

describe.each(['0.1.0'])('facts of release %s', (release) => {
  it('fold to the rows that the release made', async () => {
    const rows = await foldRecorded(ratingService, release);
    expect(Object.values(rows).flat()).not.toEqual([]);
    const recorded = recordedRows(ratingService.name, release, rows);
    expect(asKnownTo(recorded, rows)).toEqual(asKnownTo(recorded, recorded));
  });
});
