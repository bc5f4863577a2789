import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/protocol.ts';
import { createSearch } from '../../../src/tools/builtin/search.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { createContext } from '../tool-context.ts';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-search-'));
  mkdirSync(join(folder, 'sub'));
  for (let i = 0; i < 9; i++)
    writeFileSync(join(folder, 'sub', `f${i}.md`), `# Disk ${i}\n${'disk '.repeat(i + 1)} end`);
  return folder;
}
const create = (folder: string) => createSearch('search', { builtin: 'search', folder, timeoutMs: 5_000 });

describe('search', () => {
  test('gives five hits, or as many as asked for', async () => {
    const tool = await create(createFolder());
    const count = async (args: JsonObject) => {
      const { content } = await runToolCall({ id: '1', name: 'search', args }, tool, createContext());
      return (content as unknown[]).length;
    };
    expect(await count({ query: 'disk' })).toBe(5);
    expect(await count({ query: 'disk', limit: 2 })).toBe(2);
    expect(await count({ query: 'disk', limit: 20 })).toBe(9);
  });

  test.each<JsonObject>([
    {},
    { query: '' },
    { query: 'x', limit: 0 },
    { query: 'x', limit: 21 },
    { query: 'x'.repeat(1_001) },
  ])('refuses %j', async (args) => {
    const tool = await create(createFolder());
    expect((await runToolCall({ id: '1', name: 'search', args }, tool, createContext())).isError).toBe(true);
  });

  test('the index is built when the tool is made: no call waits for the disk', async () => {
    const folder = createFolder();
    const tool = await create(folder);
    rmSync(folder, { recursive: true });
    expect(await tool.execute({ query: 'disk', limit: 1 }, createContext())).toMatchObject([
      { path: expect.stringMatching(/^sub\/f/) },
    ]);
  });

  test('finds the same each time', async () => {
    const folder = createFolder();
    const once = async () =>
      JSON.stringify(await (await create(folder)).execute({ query: 'disk end' }, createContext()));
    expect(await once()).toBe(await once());
    expect(readFileSync(join(folder, 'sub', 'f0.md'), 'utf8')).toContain('disk');
  });

  test('refuses a folder that does not exist', async () =>
    await expect(create('/does/not/exist')).rejects.toMatchObject({ code: 'SCENARIO_INVALID' }));
});
