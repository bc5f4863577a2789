import { expect, test } from 'vitest';
import { BOARD_READ_MAX_CHARS } from '../../../src/base/limits.ts';
import { createBoardTool } from '../../../src/tools/board/create-board-tool.ts';
import type { Board, BoardEntry, ToolContext } from '../../../src/tools/tool.ts';

const terms = { board: 'plan', timeoutMs: 1_000 };
const entry = (key: string, text = 'x'): BoardEntry => ({ key, text, version: 2, by: 'a/0', at: 5 });

function call(builtin: 'read-board' | 'write-board', args: Record<string, unknown>, board: Partial<Board>) {
  const context = { board: () => board } as unknown as ToolContext;
  return createBoardTool('tool', { builtin, ...terms }).execute(args as never, context);
}

test('reads one key, or says that nothing stands there', async () => {
  expect(await call('read-board', { key: 'goal' }, { read: async (key) => entry(key) })).toEqual(entry('goal'));
  const nothing = await call('read-board', { key: 'goal' }, { read: async () => undefined });
  expect(nothing).toEqual({ key: 'goal', text: null, version: 0 });
});

test('reads everything, or says what is too long to be read at once', async () => {
  const all = [entry('a'), entry('b')];
  expect(await call('read-board', {}, { all: async () => all })).toEqual({ entries: all });
  const long = [entry('a', 'x'.repeat(BOARD_READ_MAX_CHARS)), entry('b')];
  expect(await call('read-board', {}, { all: async () => long })).toEqual({
    entries: [
      { key: 'a', version: 2, by: 'a/0', at: 5, chars: BOARD_READ_MAX_CHARS },
      { key: 'b', version: 2, by: 'a/0', at: 5, chars: 1 },
    ],
    note: `The texts have ${BOARD_READ_MAX_CHARS + 1} characters: read them by their keys.`,
  });
});

test('writes with a version or without', async () => {
  const written: unknown[] = [];
  const write = async (...given: unknown[]) => {
    written.push(given);
    return entry(String(given[0]));
  };
  expect(await call('write-board', { key: 'a', text: 't', version: 1 }, { write })).toEqual({ key: 'a', version: 2 });
  await call('write-board', { key: 'a', text: 't' }, { write });
  expect(written).toEqual([
    ['a', 't', 1],
    ['a', 't', undefined],
  ]);
});

test('works inside of the run alone, and has its effects', () => {
  const read = createBoardTool('r', { builtin: 'read-board', ...terms });
  const write = createBoardTool('w', { builtin: 'write-board', ...terms, description: 'Mine.' });
  expect([read.effects, read.internal, write.effects, write.internal]).toEqual(['none', true, 'idempotent', true]);
  expect([write.description, write.parameters.required]).toEqual(['Mine.', ['key', 'text']]);
});

test('says so where there are no boards', () => {
  const tool = createBoardTool('r', { builtin: 'read-board', ...terms });
  expect(() => tool.execute({}, {} as ToolContext)).toThrow('Cannot use tool "r": there are no boards here');
});
