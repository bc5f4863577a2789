import { expect, test } from 'vitest';
import type { FileToolSpec, JsonObject } from '../../../src/protocol.ts';
import { createAppendLine } from '../../../src/tools/builtin/append-line.ts';
import { createFindLines } from '../../../src/tools/builtin/find-lines.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { createRehearsedLineFile } from '../../../src/tools/line-file.ts';
import { createContext } from '../tool-context.ts';

const spec = (builtin: FileToolSpec['builtin']): FileToolSpec => ({ builtin, file: '/ledger', timeoutMs: 1_000 });

function open() {
  const file = createRehearsedLineFile();
  const options = { params: {}, virtual: true, lineFile: () => file };
  const append = createAppendLine('charge', spec('append-line'), options);
  return { file, append, find: createFindLines('find', spec('find-lines'), options) };
}

const call = (tool: ReturnType<typeof open>['append'], args: JsonObject) =>
  runToolCall({ id: 'c', name: tool.name, args }, tool, createContext());

test('adds its line to the file, once for each call', async () => {
  const { file, append } = open();
  expect(append.effects).toBe('once');
  expect(await call(append, { line: 'acc-1 5.00' })).toMatchObject({ isError: false, content: { appended: true } });
  expect(await file.find('acc-1', 5)).toEqual(['acc-1 5.00']);
});

test.each([
  [{}],
  [{ line: '' }],
  [{ line: 'two\nlines' }],
  [{ line: 'x'.repeat(4_097) }],
  [{ line: 'x', file: '/etc' }],
])('refuses %j', async (args) => {
  const { file, append } = open();
  expect((await call(append, args as JsonObject)).isError).toBe(true);
  expect(await file.find('', 5)).toEqual([]);
});

test('what it is said to change may be said otherwise', () => {
  const options = { params: {}, virtual: true, lineFile: createRehearsedLineFile };
  expect(createAppendLine('note', { ...spec('append-line'), effects: 'none' }, options).effects).toBe('none');
});
