import { expect, test } from 'vitest';
import { createFindLines } from '../../../src/tools/builtin/find-lines.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { createRehearsedLineFile } from '../../../src/tools/line-file.ts';
import { createContext } from '../tool-context.ts';

test('finds the lines that hold a text, oldest first, and changes nothing', async () => {
  const file = createRehearsedLineFile();
  for (let i = 0; i < 30; i++) await file.append(`line ${i}`);
  const options = { params: {}, virtual: true, lineFile: () => file };
  const find = createFindLines('find', { builtin: 'find-lines', file: '/x', timeoutMs: 1_000 }, options);
  const ask = async (args: object) =>
    (await runToolCall({ id: 'c', name: 'find', args: args as never }, find, createContext())).content;
  expect(find.effects).toBe('none');
  expect(await ask({ text: 'line 1', limit: 3 })).toEqual({ count: 3, lines: ['line 1', 'line 10', 'line 11'] });
  expect(await ask({ text: 'line' })).toMatchObject({ count: 20 });
  expect(await ask({ text: 'nothing' })).toEqual({ count: 0, lines: [] });
});
