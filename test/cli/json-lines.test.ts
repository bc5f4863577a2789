import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJsonLines } from '../../src/cli/json-lines.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('every value is a line of its own, in order, when the file is closed', async () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  const file = await openJsonLines(path);
  const values = Array.from({ length: 10_000 }, (_, i) => ({ i, text: 'two\nlines, ärger 🎭' }));
  for (const value of values.slice(0, 5_000)) file.write(value);
  await Promise.resolve();
  for (const value of values.slice(5_000)) file.write(value);
  await file.close();
  expect(readFileSync(path, 'utf8')).toBe(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
});

test('a file that was there is replaced', async () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  writeFileSync(path, 'of the last run');
  await (await openJsonLines(path)).close();
  expect(readFileSync(path, 'utf8')).toBe('');
});

test('a path that cannot be written is refused when it is opened', async () => {
  const folder = temporaryFolder();
  for (const path of [folder, join(folder, 'missing', 'events.jsonl')]) {
    await expect(openJsonLines(path)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(`Cannot write "${path}": E`),
    });
  }
});

test.skipIf(!existsSync('/dev/full'))('a full disk fails the close, not the writes', async () => {
  const file = await openJsonLines('/dev/full');
  file.write({ seq: 1 });
  await expect(file.close()).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('Cannot write "/dev/full": ENOSPC'),
  });
});
