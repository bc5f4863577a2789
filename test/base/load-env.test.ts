import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { loadEnv } from '../../src/base/load-env.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const NAMES = ['TROUPE_T_A', 'TROUPE_T_B', 'TROUPE_T_C'];
afterEach(() => {
  for (const name of NAMES) delete process.env[name];
});

test('what is set stays, the first folder comes before the second, a folder without a file is passed over', () => {
  const [first, second, none] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  writeFileSync(join(first, '.env'), 'TROUPE_T_A=first\nTROUPE_T_B="first, quoted" # why\nnot a line\n');
  writeFileSync(join(second, '.env'), 'TROUPE_T_B=second\nexport TROUPE_T_C=second\n');
  process.env.TROUPE_T_A = 'shell';
  loadEnv([none, first, second, first]);
  expect(NAMES.map((name) => process.env[name])).toEqual(['shell', 'first, quoted', 'second']);
});

test('a file that cannot be read is told', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.env'));
  expect(() => loadEnv([folder])).toThrow(/^Cannot read ".*\.env": EISDIR/);
});
