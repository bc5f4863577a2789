import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SOURCE_FILE_MAX_BYTES } from '../../src/base/limits.ts';
import { readText } from '../../src/sources/read-text.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const read = (content: string | Buffer) => {
  const file = join(temporaryFolder(), 'f');
  writeFileSync(file, content);
  return readText(file);
};

test('gives the text', async () => {
  expect(await read('grün')).toEqual({ bytes: 5, text: 'grün' });
  expect(await read('')).toEqual({ bytes: 0, text: '' });
});

test('gives no text of what is none, or too long', async () => {
  expect(await read(Buffer.from([0x61, 0xff]))).toEqual({ bytes: 2 });
  expect(await read('a\0b')).toEqual({ bytes: 3 });
  expect(await read('x'.repeat(SOURCE_FILE_MAX_BYTES + 1))).toEqual({ bytes: SOURCE_FILE_MAX_BYTES + 1 });
  expect((await read('x'.repeat(SOURCE_FILE_MAX_BYTES))).text).toHaveLength(SOURCE_FILE_MAX_BYTES);
});

test('follows no link, and reads no folder', async () => {
  const folder = temporaryFolder();
  symlinkSync('/etc/hostname', join(folder, 'link'));
  mkdirSync(join(folder, 'sub'));
  await expect(readText(join(folder, 'link'))).rejects.toThrow('ELOOP');
  await expect(readText(join(folder, 'sub'))).rejects.toThrow('EISDIR');
  await expect(readText(join(folder, 'no'))).rejects.toThrow('ENOENT');
});
