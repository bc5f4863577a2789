import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { findPackage } from '../../../src/model/provider/find-package.ts';
import { packageFolder } from './package-folder.ts';

afterEach(() => void vi.restoreAllMocks());

test('a package is where troupe was started, or else beside troupe', () => {
  const folder = packageFolder('mine', { 'package.json': '{}', 'index.js': '' });
  vi.spyOn(process, 'cwd').mockReturnValue(folder);
  expect(findPackage('mine')).toBe(join(folder, 'node_modules/mine/index.js'));
  expect(findPackage('@ai-sdk/openai')).toContain(join('node_modules', '@ai-sdk', 'openai'));
});

test('one that is not installed is nowhere', () => {
  expect(findPackage('@ai-sdk/nosuch')).toBeUndefined();
});
