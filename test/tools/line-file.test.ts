import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLineFile, createRehearsedLineFile } from '../../src/tools/line-file.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('a file of lines', () => {
  test('is made with its first line, folders and all, and adds to what is there', async () => {
    const path = join(temporaryFolder(), 'a/b/ledger.txt');
    const file = createLineFile(path);
    expect(await file.find('x', 5)).toEqual([]);
    await file.append('one x');
    await file.append('two');
    await Promise.all(['x 1', 'x 2', 'x 3'].map((line) => file.append(line)));
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(6);
    expect(await file.find('x', 2)).toHaveLength(2);
    expect(await createLineFile(path).find('two', 5)).toEqual(['two']);
  });

  test('says what cannot be done', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'taken'));
    const taken = createLineFile(join(folder, 'taken'));
    await expect(taken.append('x')).rejects.toMatchObject({ code: 'TOOL_FAILED', message: /Cannot write/ });
    await expect(taken.find('x', 1)).rejects.toMatchObject({ code: 'TOOL_FAILED', message: /Cannot read/ });
    writeFileSync(join(folder, 'file'), '');
    await expect(createLineFile(join(folder, 'file/under')).append('x')).rejects.toThrow('Cannot write');
  });
});

test('a rehearsed one has its lines and leaves none behind', async () => {
  const file = createRehearsedLineFile();
  await file.append('one');
  await file.append('another one');
  expect(await file.find('one', 1)).toEqual(['one']);
  expect(await createRehearsedLineFile().find('one', 1)).toEqual([]);
});
