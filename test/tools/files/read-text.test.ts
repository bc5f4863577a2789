import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readText } from '../../../src/tools/files/read-text.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-text-')));
const read = (content: string | Buffer, maxBytes = 1_000) => {
  writeFileSync(join(root, 'f'), content);
  return readText(root, 'f', maxBytes);
};

describe('readText', () => {
  test('reads a whole file', async () =>
    expect(await read('häß 😀\n')).toEqual({ bytes: 11, truncated: false, text: 'häß 😀\n' }));
  test('reads an empty file', async () => expect(await read('')).toEqual({ bytes: 0, truncated: false, text: '' }));
  test('drops a byte order mark', async () => expect((await read('\ufeffx')).text).toBe('x'));
  test('exactly the limit is not truncated', async () =>
    expect(await read('x'.repeat(10), 10)).toEqual({ bytes: 10, truncated: false, text: 'x'.repeat(10) }));

  test.each([
    [1, ''],
    [3, ''],
    [4, '😀'],
    [5, '😀a'],
    [8, '😀a'],
    [9, '😀a😀'],
  ])('cut at %d bytes it ends with a whole character', async (maxBytes, text) =>
    expect(await read('😀a😀b', maxBytes)).toEqual({ bytes: 10, truncated: true, text }));

  test.each([
    ['zero bytes', Buffer.from([65, 0, 66])],
    ['bytes that are no UTF-8', Buffer.from([65, 0xff, 0xfe])],
    ['UTF-16', Buffer.from('text', 'utf16le')],
    ['half a character at the end', Buffer.from([65, 0xf0, 0x9f])],
  ])('refuses %s', async (_, content) => {
    await expect(read(content)).rejects.toThrow('Cannot read "f": it is not UTF-8 text');
    await expect(read(content)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  });
});
