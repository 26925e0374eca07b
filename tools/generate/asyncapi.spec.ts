import { TOPICS, CONSUMERS } from '@kontor/contracts';
import { Parser } from '@asyncapi/parser';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');
const source = readFileSync(path.join(root, 'schemas/asyncapi.yaml'), 'utf8');

describe('the AsyncAPI document', () => {
  it('is as fresh as the schemas', () => {
    const generate = path.join(root, 'tools/generate/asyncapi.mjs');
    const said = execFileSync(process.execPath, [generate, '--check'], { encoding: 'utf8' });
    expect(said).toContain('fresh');
  });

  it('is valid AsyncAPI 3 and names every topic, sender and receiver', async () => {
    const { document, diagnostics } = await new Parser().parse(source);
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);
    expect(document!.version()).toBe('3.0.0');
    const channels = document!.channels().all();
    expect(channels.map((channel) => channel.address()).sort()).toEqual(
      TOPICS.map(({ name }) => name).sort(),
    );
    const operations = document!.operations().all();
    expect(operations.filter((operation) => operation.action() === 'receive')).toHaveLength(
      CONSUMERS.flatMap(({ topics }) => topics).length,
    );
    expect(operations.filter((operation) => operation.action() === 'send')).toHaveLength(
      TOPICS.filter(({ inbound }) => !inbound).length,
    );
  });
});
