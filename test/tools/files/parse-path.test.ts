import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/tools/files/explain.ts';
import { parsePath } from '../../../src/tools/files/parse-path.ts';

describe('parsePath', () => {
  test.each<[string, string[]]>([
    ['a', ['a']],
    ['a/b.txt', ['a', 'b.txt']],
    ['./a//./b', ['a', 'b']],
    ['..a/...b', ['..a', '...b']],
    ['2024-01-01T10:00:00.txt', ['2024-01-01T10:00:00.txt']],
    ['%2e%2e/x', ['%2e%2e', 'x']],
    ['a\u0308', ['a\u0308']],
  ])('takes %j apart', (path, names) => expect(parsePath(path, 'write', 'linux')).toEqual(names));

  test('a list may be of the folder itself, or of one that ends like one', () => {
    expect(parsePath('.', 'list')).toEqual([]);
    expect(parsePath('a/', 'list')).toEqual(['a']);
    expect(() => parsePath('a/', 'read')).toThrow('ends like that of a folder');
  });

  test.each(['a ', 'a.', 'nul.txt', 'COM1', 'a\tb', 'a\\b'])('%j is not written, but read if it is there', (path) => {
    expect(() => parsePath(path, 'write', 'linux')).toThrow(Refusal);
    expect(parsePath(path, 'read', 'linux')).toEqual([path]);
    if (!path.includes('\\')) expect(() => parsePath(path, 'read', 'win32')).toThrow(Refusal);
  });

  test('on Windows both separators part names, and none holds a colon', () => {
    expect(parsePath('a\\b/c', 'read', 'win32')).toEqual(['a', 'b', 'c']);
    expect(() => parsePath('file.txt:stream', 'read', 'win32')).toThrow('a character that Windows does not allow');
  });

  test.each(['null.txt', 'console.log', 'com', 'com10', 'auxiliary', 'nul-1'])('%j is no device', (path) =>
    expect(parsePath(path, 'write')).toEqual([path]));

  test('bounds names in bytes, and how many there are', () => {
    expect(parsePath('x'.repeat(255), 'write')).toHaveLength(1);
    expect(() => parsePath('ä'.repeat(128), 'read')).toThrow('too long');
    expect(parsePath(Array(64).fill('x').join('/'), 'read')).toHaveLength(64);
    expect(() => parsePath(Array(65).fill('x').join('/'), 'read')).toThrow('over 64 names');
  });
});
