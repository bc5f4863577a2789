import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import type { BuiltinToolSpec, JsonObject } from '../../../src/protocol.ts';
import { createListFiles } from '../../../src/tools/builtin/list-files.ts';
import { createReadFile } from '../../../src/tools/builtin/read-file.ts';
import { createWriteFile } from '../../../src/tools/builtin/write-file.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { createFolder } from '../../../src/tools/files/folder.ts';
import { createRehearsedFolders } from '../../../src/tools/files/rehearsed-folder.ts';
import type { Tool, ToolOptions } from '../../../src/tools/tool.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { createContext } from '../tool-context.ts';

const options = (folder: ToolOptions['folder']) => ({ folder }) as ToolOptions;
const specOf = (folder: string) => ({ builtin: 'write-file', folder, timeoutMs: 5_000 }) satisfies BuiltinToolSpec;
const call = (tool: Tool, args: JsonObject, context = createContext({ clock: createRealClock() })) =>
  runToolCall({ id: '1', name: tool.name, args }, tool, context);

async function open() {
  const folder = temporaryFolder();
  const tool = await createWriteFile('write', specOf(folder), options(createFolder));
  return { folder, tool, write: (args: JsonObject) => call(tool, args) };
}

describe('write-file', () => {
  test('writes a file and says how large it is', async () => {
    const { folder, write } = await open();
    expect(await write({ path: 'a/b.md', text: 'häß' })).toMatchObject({
      isError: false,
      content: { path: 'a/b.md', bytes: 5 },
    });
    expect(readFileSync(join(folder, 'a/b.md'), 'utf8')).toBe('häß');
  });

  test('replaces unless it is told to create', async () => {
    const { folder, write } = await open();
    await write({ path: 'f', text: 'one', mode: 'create' });
    expect(await write({ path: 'f', text: 'two', mode: 'create' })).toMatchObject({
      isError: true,
      content: { error: 'Cannot write "f": it exists already; the mode "replace" writes over it' },
    });
    await write({ path: 'f', text: 'three' });
    expect(readFileSync(join(folder, 'f'), 'utf8')).toBe('three');
  });

  test('made again it changes nothing more', async () => {
    const { tool, write } = await open();
    expect(tool.effects).toBe('idempotent');
    for (const mode of ['create', 'replace']) {
      const args = { path: mode, text: 'x', mode };
      expect((await write(args)).content).toEqual((await write(args)).content);
    }
  });

  test.each<[string, JsonObject]>([
    ['no text', { path: 'f' }],
    ['no path', { text: 'x' }],
    ['an empty path', { path: '', text: 'x' }],
    ['a path of 2,000 characters', { path: 'x'.repeat(2_000), text: 'x' }],
    ['text that is none', { path: 'f', text: { a: 1 } }],
    ['a mode it does not have', { path: 'f', text: 'x', mode: 'append' }],
    ['an argument it does not know', { path: 'f', text: 'x', encoding: 'latin1' }],
    ['text over 1 MB', { path: 'f', text: 'x'.repeat(1_048_577) }],
  ])('refuses %s', async (_, args) => {
    const { folder, write } = await open();
    expect(await write(args)).toMatchObject({
      isError: true,
      content: { error: expect.stringContaining('arguments do not fit') },
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('counts the limit in bytes, too', async () => {
    const { folder, write } = await open();
    expect(await write({ path: 'f', text: 'ä'.repeat(524_289) })).toMatchObject({
      content: { error: 'Cannot write 1048578 bytes: the limit is 1048576; use several files' },
    });
    expect(readdirSync(folder)).toEqual([]);
    expect(await write({ path: 'f', text: 'ä'.repeat(524_288) })).toMatchObject({ isError: false });
  });

  test('needs a folder', async () => {
    const { folder: _, ...spec } = specOf('/');
    await expect(createWriteFile('w', spec, options(createFolder))).rejects.toMatchObject({ code: 'SCENARIO_INVALID' });
  });

  test('in a rehearsal the tools of the folder find what was written, and the disk does not have it', async () => {
    const folder = temporaryFolder();
    const own = options(createRehearsedFolders());
    const write = await createWriteFile('write', specOf(folder), own);
    const read = await createReadFile('read', { ...specOf(folder), builtin: 'read-file' }, own);
    const list = await createListFiles('list', { ...specOf(folder), builtin: 'list-files' }, own);
    const context = createContext();
    expect(await call(write, { path: 'a/f', text: 'x' }, context)).toMatchObject({ isError: false, serviceMs: 0 });
    expect(context.clock.elapsed()).toBe(0);
    expect((await call(read, { path: 'a/f' }, createContext())).content).toMatchObject({ text: 'x' });
    expect((await call(list, { path: 'a' }, createContext())).content).toEqual({
      path: 'a',
      entries: [{ path: 'a/f', kind: 'file', bytes: 1 }],
      truncated: false,
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});
