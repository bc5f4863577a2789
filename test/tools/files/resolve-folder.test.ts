import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolveFolder } from '../../../src/tools/files/resolve-folder.ts';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-folder-')));
mkdirSync(join(base, 'real'));
symlinkSync(join(base, 'real'), join(base, 'link'));
writeFileSync(join(base, 'file'), '');

describe('resolveFolder', () => {
  test('gives the real path, also of a link', async () => {
    expect(await resolveFolder('t', join(base, 'real'))).toBe(join(base, 'real'));
    expect(await resolveFolder('t', join(base, 'link'))).toBe(join(base, 'real'));
  });

  test.each<[string, string | undefined, RegExp]>([
    ['none given', undefined, /Cannot make tool "t": it needs a folder/],
    ['one that does not exist', join(base, 'none'), /none" cannot be opened \(ENOENT\)/],
    ['a file', join(base, 'file'), /file" is not a folder/],
  ])('refuses %s', async (_, folder, message) => {
    await expect(resolveFolder('t', folder)).rejects.toThrow(message);
    await expect(resolveFolder('t', folder)).rejects.toMatchObject({ code: 'SCENARIO_INVALID' });
  });
});
