import { expect, test } from 'vitest';
import { parseLiquid, parseOutput, toLiquidMessage } from '../../src/base/liquid.ts';

test('a template tells the roots it reads, without the names it binds itself', () => {
  const template = parseLiquid('{% for r in results.search %}{{ r.title | upcase }} {{ row.n }}{% endfor %}');
  expect([...template.roots].sort()).toEqual(['results', 'row']);
  expect(template.text({ results: { search: [{ title: 'a' }] }, row: { n: 1 } })).toBe('A 1');
});

test('a template that would not come to its end fails after so many steps, however fast the machine is', () => {
  const loop = (to: number) => parseLiquid(`{% for a in (1..1000) %}{% for b in (1..${to}) %}{% endfor %}{% endfor %}`);
  expect(() => loop(1_000).text({})).toThrow('it takes more than 200,000 steps');
  expect(loop(100).text({})).toBe('');
  const template = loop(150);
  // Each rendering has its own.
  for (let time = 0; time < 3; time++) expect(template.text({})).toBe('');
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
