import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import type { JsonObject } from '../../../src/protocol.ts';
import { createReadFile } from '../../../src/tools/builtin/read-file.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { createFolder } from '../../../src/tools/files/folder.ts';
import type { ToolOptions } from '../../../src/tools/tool.ts';
import { createContext } from '../tool-context.ts';

const base = mkdtempSync(join(tmpdir(), 'troupe-read-'));
const folder = join(base, 'data');
mkdirSync(join(folder, 'sub'), { recursive: true });
mkdirSync(join(base, 'data-secret'));
writeFileSync(join(base, 'secret.txt'), 'SECRET');
writeFileSync(join(base, 'data-secret', 'x'), 'SECRET');
symlinkSync('../secret.txt', join(folder, 'link'));
symlinkSync('..', join(folder, 'up'));
writeFileSync(join(folder, 'sub', 'a.md'), '# Title\ntext\n');
writeFileSync(join(folder, 'binary'), Buffer.from([1, 0, 2]));
writeFileSync(join(folder, 'large'), 'x'.repeat(2_000_000));
writeFileSync(join(folder, 'quotes'), '"'.repeat(1_000_000));

const options = { params: {}, virtual: false, folder: createFolder } as unknown as ToolOptions;
const tool = await createReadFile('read', { builtin: 'read-file', folder, timeoutMs: 5_000 }, options);
const read = (args: JsonObject, clock = createRealClock()) =>
  runToolCall({ id: '1', name: 'read', args }, tool, createContext({ clock }));

describe('read-file', () => {
  test('gives the text and the size of the file', async () =>
    expect(await read({ path: 'sub/a.md' })).toMatchObject({
      isError: false,
      content: { path: 'sub/a.md', bytes: 13, truncated: false, text: '# Title\ntext\n' },
    }));

  test('reads 64 kB, or what is asked for, at most 1 MB', async () => {
    const lengthOf = async (args: JsonObject) => {
      const { content } = await read({ path: 'large', ...args });
      const { text, truncated, bytes } = content as { text: string; truncated: boolean; bytes: number };
      expect(truncated).toBe(true);
      expect(bytes).toBe(2_000_000);
      return text.length;
    };
    expect(await lengthOf({})).toBe(65_536);
    expect(await lengthOf({ max_bytes: 10 })).toBe(10);
    expect(await lengthOf({ max_bytes: 1_048_576 })).toBeGreaterThan(1_000_000);
  });

  test('a result never becomes too large, whatever its signs cost as JSON', async () => {
    const result = await read({ path: 'quotes', max_bytes: 1_048_576 });
    expect(result).toMatchObject({ isError: false, content: { truncated: true, bytes: 1_000_000 } });
  });

  test.each<[string, JsonObject]>([
    ['no path', {}],
    ['an empty path', { path: '' }],
    ['max_bytes of 0', { path: 'sub/a.md', max_bytes: 0 }],
    ['max_bytes over 1 MB', { path: 'sub/a.md', max_bytes: 1_048_577 }],
    ['max_bytes that is no whole number', { path: 'sub/a.md', max_bytes: 1.5 }],
    ['an argument it does not know', { path: 'sub/a.md', encoding: 'latin1' }],
    ['a path of 2,000 characters', { path: 'x'.repeat(2_000) }],
  ])('refuses %s', async (_, args) =>
    expect(await read(args)).toMatchObject({
      isError: true,
      content: { error: expect.stringContaining('arguments do not fit') },
    }));

  test.each([
    'link',
    'up/secret.txt',
    '../secret.txt',
    '/etc/passwd',
    '../data-secret/x',
    'sub',
    'binary',
    'none',
    'sub/a.md\0',
  ])('gives nothing of %j', async (path) => {
    const result = await read({ path });
    expect(result.isError).toBe(true);
    expect((result.content as { error: string }).error).toMatch(/^Cannot read /);
    expect(JSON.stringify(result)).not.toContain('SECRET');
  });

  test('in a rehearsal virtual time waits for the disk', async () => {
    const context = createContext();
    const result = await runToolCall({ id: '1', name: 'read', args: { path: 'sub/a.md' } }, tool, context);
    expect(result).toMatchObject({ isError: false, serviceMs: 0 });
    expect(context.clock.elapsed()).toBe(0);
  });
});
