import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFolder } from '../../../src/tools/files/folder.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const { signal } = new AbortController();
const query = { depth: 9, limit: 9, isWanted: () => true, signal };

test('a folder is written, read and listed', async () => {
  const root = realpathSync(temporaryFolder());
  const folder = createFolder(root);
  await folder.write('a/b.txt', 'text', 'replace', signal);
  expect(readFileSync(join(root, 'a/b.txt'), 'utf8')).toBe('text');
  expect(await folder.read('a/b.txt', 3)).toEqual({ bytes: 4, truncated: true, text: 'tex' });
  const b = { path: 'a/b.txt', kind: 'file', bytes: 4 };
  expect(await folder.list('.', query)).toEqual({ entries: [{ path: 'a', kind: 'folder' }, b], truncated: false });
  expect(await folder.list('a/', query)).toEqual({ entries: [b], truncated: false });
});

test('its failures say what was to be done with which path', async () => {
  const folder = createFolder(realpathSync(temporaryFolder()));
  const failed = (message: string) => ({ code: 'TOOL_FAILED', message });
  await expect(folder.read('../x', 1)).rejects.toMatchObject(failed('Cannot read "../x": the path leads upwards'));
  await expect(folder.write('.', '', 'replace', signal)).rejects.toMatchObject(
    failed('Cannot write ".": it is a folder'),
  );
  await expect(folder.list('x', query)).rejects.toMatchObject(failed('Cannot list "x": it does not exist'));
});
