/** The metrics' names are a contract: what the code makes and what METRICS says are the same. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { METRICS } from '@kontor/service-host';

const root = path.resolve(__dirname, '../..');
const MADE = /\.(counter|gauge|histogram)\(\s*'(kontor_[a-z_]+)'/g;

function sources(): string[] {
  return ['libs', 'services'].flatMap((group) =>
    readdirSync(path.join(root, group)).flatMap((each) => {
      const folder = path.join(root, group, each, 'src');
      return readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
        .map((name) => readFileSync(path.join(folder, name), 'utf8'));
    }),
  );
}

const made = sources().flatMap((text) =>
  [...text.matchAll(MADE)].map(([, type, name]) => `${type} ${name}`),
);

describe('the table of metrics', () => {
  it('has what the code makes, with its type, and nothing else', () => {
    const listed = METRICS.map(({ type, name }) => `${type} ${name}`);
    expect([...new Set(made)].sort()).toEqual(listed.sort());
  });

  it('names each metric once, with a meaning', () => {
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
    for (const { meaning } of METRICS) expect(meaning).not.toBe('');
  });
});
