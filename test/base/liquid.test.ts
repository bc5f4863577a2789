import { expect, test } from 'vitest';
import { parseLiquid, parseOutput, toLiquidMessage } from '../../src/base/liquid.ts';

test('a template tells the roots it reads, without the names it binds itself', () => {
  const template = parseLiquid('{% for r in results.search %}{{ r.title | upcase }} {{ row.n }}{% endfor %}');
  expect([...template.roots].sort()).toEqual(['results', 'row']);
  expect(template.text({ results: { search: [{ title: 'a' }] }, row: { n: 1 } })).toBe('A 1');
});

test('an output keeps its type', () => {
  expect(parseOutput('row.n | plus: 1')({ row: { n: 2 } })).toBe(3);
});

test('the message of an error is one line with its place', () => {
  try {
    parseLiquid('a {{ b');
    expect.unreachable();
  } catch (error) {
    expect(toLiquidMessage(error)).toMatch(/line:1, col:3$/);
  }
});
