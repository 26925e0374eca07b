/**
 * Method: each fence of eslint.fences.mjs gets a planted line that it must report, and a clean file
 * that it must let pass, under the path where the fence stands.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.join(__dirname, '../..');
const DOMAIN_FILE = 'services/rating/src/domain/planted.ts';
const ADAPTER_FILE = 'services/rating/src/adapters/planted.ts';

interface Planted {
  readonly file: string;
  readonly code: string;
}

/** ESLint is an ES module: it runs in a process of its own, all planted files at once. */
function lint(planted: readonly Planted[]): string[][] {
  const script = `
    import { ESLint } from 'eslint';
    import { fences } from './eslint.fences.mjs';
    const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: fences });
    const answers = [];
    for (const { file, code } of JSON.parse(process.argv[1])) {
      const [result] = await eslint.lintText(code, { filePath: file });
      answers.push(result.messages.map((message) => message.ruleId ?? message.message));
    }
    console.log(JSON.stringify(answers));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script, JSON.stringify(planted)],
    { cwd: root, encoding: 'utf8' },
  );
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout) as string[][];
}

const fences: readonly (Planted & { readonly rule: string })[] = [
  ...[
    "import fs from 'node:fs';",
    "import { Injectable } from '@nestjs/common';",
    "import { DataSource } from 'typeorm';",
    "import { Pool } from 'pg';",
    "import { Kafka } from 'kafkajs';",
    "import { z } from 'zod';",
    "import { newId } from '@kontor/contracts';",
    "import { useCase } from '../app/use-case';",
    "import { row } from '../adapters/postgres/row';",
  ].map((code) => ({ file: DOMAIN_FILE, code, rule: 'no-restricted-imports' })),
  ...['export const at = Date.now();', 'export const chance = Math.random();'].map((code) => ({
    file: DOMAIN_FILE,
    code,
    rule: 'no-restricted-properties',
  })),
  ...['process.env', 'setTimeout', 'fetch', 'crypto'].map((name) => ({
    file: DOMAIN_FILE,
    code: `export const used = ${name};`,
    rule: 'no-restricted-globals',
  })),
  ...[
    'export const now = new Date();',
    'export const later = async () => 1;',
    'export async function wait(): Promise<void> {}',
    'export enum Colour { Red }',
    '@sealed export class Decorated {}',
  ].map((code) => ({ file: DOMAIN_FILE, code, rule: 'no-restricted-syntax' })),
  { file: ADAPTER_FILE, code: 'export enum Colour { Red }', rule: 'no-restricted-syntax' },
  { file: ADAPTER_FILE, code: 'export default 1;', rule: 'no-restricted-syntax' },
  {
    file: ADAPTER_FILE,
    code: "import { x } from '@kontor/testkit';",
    rule: 'no-restricted-imports',
  },
  {
    file: ADAPTER_FILE,
    code: `export const x = 1; // ${'TO' + 'DO'} later`,
    rule: 'no-warning-comments',
  },
];

const clean: readonly Planted[] = [
  {
    file: DOMAIN_FILE,
    code: "import { decimal } from '@kontor/money';\nexport const x = decimal;",
  },
  { file: DOMAIN_FILE, code: 'export const at = (text: string): Date => new Date(text);' },
  { file: ADAPTER_FILE, code: "import { Pool } from 'pg';\nexport const pool = Pool;" },
  {
    file: 'services/rating/src/domain/x.spec.ts',
    code: "import { x } from '@kontor/testkit';\nexport const y = x;",
  },
];

describe('fences', () => {
  const reported = lint([...fences, ...clean]);

  it.each(fences.map((fence, index) => [fence.code, fence.file, fence.rule, index] as const))(
    '%s in %s is reported as %s',
    (_code, _file, rule, index) => expect(reported[index]).toContain(rule),
  );

  it.each(clean.map((file, index) => [file.code, index] as const))('%s passes', (_code, index) =>
    expect(reported[fences.length + index]).toEqual([]),
  );
});
