import { expect, test } from 'vitest';
import { giveLine } from '../../src/sources/give-line.ts';
import { createBench, createOutlet } from './bench.ts';

const give = async (text: string, from = {}, isCut = false) => {
  const bench = createBench();
  await giveLine(createOutlet(bench), { text, bytes: text.length + 1, isCut }, from);
  return bench;
};

test('a line is its text, and data', async () => {
  const { items } = await give('hello', { id: 'i', file: '/f' });
  expect(items).toEqual([{ text: 'hello', data: { line: 'hello', file: '/f', n: 1 }, id: 'i' }]);
});

test('a JSON object brings its own keys, before ours', async () => {
  const { items } = await give(' {"level":"error","n":5}');
  expect(items[0]?.data).toEqual({ line: ' {"level":"error","n":5}', level: 'error', n: 5 });
});

const deep = `{"a":${'['.repeat(100)}${']'.repeat(100)}}`;
test.each([
  '[1]',
  '5',
  '{"a":',
  '{a}',
  '{"__proto__":{"x":1}}',
  '{"a":{"__proto__":1}}',
  deep,
])('%s is a text', async (line) => {
  const { items } = await give(line);
  expect(items).toEqual([{ text: line, data: { line, n: 1 } }]);
});

test.each(['', '  ', '\t'])('a blank line "%s" is passed over', async (line) => {
  const { items, positions, failures } = await give(line);
  expect([items, positions, failures]).toEqual([[], [], []]);
});

test('that a line was cut is told', async () => {
  const { items, failures } = await give('x'.repeat(50), { file: '/f' }, true);
  expect(items).toHaveLength(1);
  expect(failures[0]?.message).toBe(
    `Cannot read the whole of line "${'x'.repeat(40)}…" of "/f": it has 51 bytes; the first 65536 are taken`,
  );
});
