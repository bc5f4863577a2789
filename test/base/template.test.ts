import { describe, expect, test } from 'vitest';
import { compileJson, compileTemplate } from '../../src/base/template.ts';

const scope = { row: { n: 3, name: 'Ada' }, results: { search: [{ title: 'Disk' }] } };

describe('compileTemplate', () => {
  test('renders text', () => expect(compileTemplate('Hi {{ row.name }}!').text(scope)).toBe('Hi Ada!'));
  test('leaves plain text alone', () => expect(compileTemplate('a { b } %').text({})).toBe('a { b } %'));
  test('keeps the type of a lone output', () => expect(compileTemplate('{{ row.n }}').value(scope)).toBe(3));
  test('writes a lone object as JSON text', () =>
    expect(compileTemplate('{{ results.search }}').text(scope)).toBe('[{"title":"Disk"}]'));
  test('gives nothing for what is missing', () =>
    expect(compileTemplate('<{{ results.x[0].y }}>').text(scope)).toBe('<>'));
  test('refuses an unknown root and says which exist', () =>
    expect(() => compileTemplate('{{ rwo.n }}', ['row', 'index'])).toThrow('unknown name "rwo"; here are row, index'));
  test('knows names it binds itself', () =>
    expect(compileTemplate('{% for r in results.search %}{{ r.title }}{% endfor %}', ['results']).text(scope)).toBe(
      'Disk',
    ));
  test('refuses a syntax error with its place', () =>
    expect(() => compileTemplate('a {{ row.n')).toThrow(/Cannot read template "a \{\{ row.n".*line:1, col:3/));
  test('refuses an unknown filter', () => expect(() => compileTemplate('{{ row.n | nope }}')).toThrow(/nope/));
  test('does not reach prototypes', () =>
    expect(compileTemplate('<{{ row.constructor.name }}>').text(scope)).toBe('<>'));
  test('stops a loop made to be long', () => {
    const bomb = '{% for a in (1..1000000) %}{% for b in (1..1000000) %}x{% endfor %}{% endfor %}';
    expect(() => compileTemplate(bomb).text({})).toThrow(/Cannot render template/);
  });
});

test('compileJson renders every string inside', () => {
  expect(compileJson({ a: ['{{ row.n }}', 1], b: { c: '{{ row.name }}' }, d: null })(scope)).toEqual({
    a: [3, 1],
    b: { c: 'Ada' },
    d: null,
  });
});
