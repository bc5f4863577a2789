import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import type { JsonObject } from '../../../src/protocol.ts';
import { createListFiles } from '../../../src/tools/builtin/list-files.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { createFolder } from '../../../src/tools/files/folder.ts';
import type { ToolOptions } from '../../../src/tools/tool.ts';
import { createContext } from '../tool-context.ts';

const base = mkdtempSync(join(tmpdir(), 'troupe-list-'));
const folder = join(base, 'data');
mkdirSync(join(folder, 'src/deep/deeper'), { recursive: true });
mkdirSync(join(base, 'secret'));
writeFileSync(join(base, 'secret/key.txt'), 'SECRET');
writeFileSync(join(folder, 'a.md'), 'text');
writeFileSync(join(folder, 'src/b.ts'), '');
writeFileSync(join(folder, 'src/deep/c.ts'), '');
writeFileSync(join(folder, 'src/deep/deeper/d.md'), '');
symlinkSync('../secret', join(folder, 'out'));
symlinkSync('.', join(folder, 'src/round'));

const options = { folder: createFolder } as unknown as ToolOptions;
const tool = await createListFiles('list', { builtin: 'list-files', folder, timeoutMs: 5_000 }, options);
const list = (args: JsonObject) =>
  runToolCall({ id: '1', name: 'list', args }, tool, createContext({ clock: createRealClock() }));
const pathsOf = async (args: JsonObject) =>
  ((await list(args)).content as { entries: { path: string }[] }).entries.map(({ path }) => path);

describe('list-files', () => {
  test('lists the folder; links are not followed', async () =>
    expect(await list({})).toMatchObject({
      isError: false,
      content: {
        path: '.',
        entries: [
          { path: 'a.md', kind: 'file', bytes: 4 },
          { path: 'out', kind: 'link' },
          { path: 'src', kind: 'folder' },
        ],
        truncated: false,
      },
    }));

  test('lists a folder inside, as far down as asked', async () => {
    expect(await pathsOf({ path: 'src' })).toEqual(['src/b.ts', 'src/deep', 'src/round']);
    expect(await pathsOf({ path: './src/', depth: 16 })).toEqual([
      'src/b.ts',
      'src/deep',
      'src/deep/c.ts',
      'src/deep/deeper',
      'src/deep/deeper/d.md',
      'src/round',
    ]);
  });

  test('a pattern with a slash goes all the way down, one without as far as asked', async () => {
    expect(await pathsOf({ pattern: '**/*.ts' })).toEqual(['src/b.ts', 'src/deep/c.ts']);
    expect(await pathsOf({ pattern: '*.md' })).toEqual(['a.md']);
    expect(await pathsOf({ pattern: '*.md', depth: 9 })).toEqual(['a.md', 'src/deep/deeper/d.md']);
    expect(await pathsOf({ path: 'src', pattern: 'deep/*' })).toEqual(['src/deep/c.ts', 'src/deep/deeper']);
  });

  test('says when there is more', async () => {
    expect((await list({ limit: 3 })).content).toMatchObject({ truncated: false });
    expect((await list({ limit: 2 })).content).toMatchObject({ truncated: true, entries: { length: 2 } });
  });

  test.each<[string, JsonObject, string]>([
    ['a link out', { path: 'out' }, 'Cannot list "out": it is outside the folder'],
    ['the folder above', { path: '..' }, 'Cannot list "..": the path leads upwards'],
    ['a file', { path: 'a.md' }, 'Cannot list "a.md": it is not a folder'],
    ['what is not there', { path: 'none' }, 'Cannot list "none": it does not exist'],
    ['too many alternatives', { pattern: '{a,b}'.repeat(9) }, 'its braces have too many alternatives'],
    ['a depth of 0', { depth: 0 }, 'arguments do not fit'],
    ['a depth of 17', { depth: 17 }, 'arguments do not fit'],
    ['a limit over 1,000', { limit: 1_001 }, 'arguments do not fit'],
    ['a pattern of 201 characters', { pattern: '*'.repeat(201) }, 'arguments do not fit'],
    ['an argument it does not know', { follow: true }, 'arguments do not fit'],
  ])('refuses %s', async (_, args, error) =>
    expect(await list(args)).toMatchObject({ isError: true, content: { error: expect.stringContaining(error) } }));
});
