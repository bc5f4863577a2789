import { describe, expect, test } from 'vitest';
import { readText } from '../../../src/scenario/text/document.ts';
import { ScenarioError } from '../../../src/scenario/text/problems.ts';
import { stopwatch } from '../refusals.ts';

/** The lines a text is refused with, and at most a second may pass. */
function refusal(text: string): string[] {
  const elapsed = stopwatch();
  try {
    const { problems } = readText(text, 'f.yaml');
    if (problems.length === 0) throw new Error('It was accepted');
    return new ScenarioError(problems).message.split('\n');
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.message.split('\n');
  } finally {
    expect(elapsed()).toBeLessThan(1_000);
  }
}

const LEVELS = 20_000;
const DEEP = 'cannot be used: it is nested more than 64 levels deep';
const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
  .concat(Array.from('bcdefghij', (name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(', ')}]`))
  .join('\n');

const REFUSED: [string, string, string][] = [
  ['20,000 levels of [', '['.repeat(LEVELS), `f.yaml:1:67: ${DEEP}`],
  ['a megabyte of [', '['.repeat(1_000_000), `f.yaml:1:67: ${DEEP}`],
  ['20,000 levels of -', '- '.repeat(LEVELS), `f.yaml:1:132: ${DEEP}`],
  ['20,000 levels of {a: {a:', '{a: '.repeat(LEVELS), `f.yaml:1:262: ${DEEP}`],
  ['20,000 levels of JSON', '{"a":'.repeat(LEVELS), `f.yaml:1:327: ${DEEP}`],
  ['20,000 levels of ?', '? '.repeat(LEVELS), `f.yaml:1:132: ${DEEP}`],
  [
    'a megabyte of indentation',
    Array.from({ length: 1_300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    `f.yaml:66:67: ${DEEP}`,
  ],
  ['2 MB', 'x'.repeat(2_000_000), 'f.yaml: cannot be used: it has 2000000 bytes, and a scenario has at most 1048576'],
  ['a binary file', 'a: \0', 'f.yaml:1:1: cannot be read as text: it is a binary file'],
  ['a bomb of aliases', bomb, 'f.yaml:5:8: e.0: cannot use the alias "*d": aliases stand for more than 10000 values'],
  ['an alias of nothing', 'a: *b', 'f.yaml:1:4: a: cannot use the alias "*b": nothing before it has this anchor'],
  ['an alias inside itself', 'a: &b [*b]', 'f.yaml:1:8: a.0: cannot use the alias "*b": it is inside its own anchor'],
  ['duplicate keys', 'a: 1\nb: 2\na: 3', 'f.yaml:3:1: a: duplicate key "a"'],
  ['duplicate keys deep inside', 'a: [{ b: 1, "b": 2 }]', 'f.yaml:1:13: a.0.b: duplicate key "b"'],
  [
    'two documents',
    'a: 1\n---\nb: 2',
    'f.yaml:2:1: cannot be used: a second document starts here, and a scenario is one',
  ],
  ['tabs', 'a:\n\tb: 1', 'f.yaml:2:1: cannot be read as YAML: Tabs are not allowed as indentation'],
  [
    'an open bracket',
    'a: [1',
    'f.yaml:1:6: cannot be read as YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['an open quote', 'a: "x', 'f.yaml:1:6: cannot be read as YAML: Missing closing "quote'],
  [
    'JSON without a comma',
    '{"a": 1, "b" 2}',
    'f.yaml:1:14: cannot be read as YAML: Missing , or : between flow map items',
  ],
  [
    'a value and a map',
    'a: b: c',
    'f.yaml:1:4: cannot be read as YAML: Nested mappings are not allowed in compact mappings',
  ],
  [
    'a tag nobody knows',
    'a: !!js/function x',
    'f.yaml:1:4: cannot be read as YAML: Unresolved tag: tag:yaml.org,2002:js/function',
  ],
  [
    '__proto__',
    'a: { __proto__: { x: 1 } }',
    'f.yaml:1:6: a.__proto__: cannot use the key "__proto__": it is reserved',
  ],
  [
    'a quoted constructor',
    '"constructor": 1',
    'f.yaml:1:1: constructor: cannot use the key "constructor": it is reserved',
  ],
  ['a list as a key', '? [a]\n: 1', 'f.yaml:1:3: cannot use this key: expected a text'],
  ['infinity', 'a: .inf', 'f.yaml:1:4: a: cannot use the number Infinity'],
  ['a number too large', 'a: 1e999', 'f.yaml:1:4: a: cannot use the number Infinity'],
  [
    'nothing but mistakes',
    '{]'.repeat(100_000),
    'f.yaml:1:50001: cannot be used: it has more than 50000 words and signs',
  ],
];

describe('readText refuses, with its place and within a second,', () => {
  test.each(REFUSED)('%s', (_title, text, line) => expect(refusal(text)[0]).toBe(line));
});

describe('readText', () => {
  const value = (text: string) => readText(text, 'f').value;

  test('reads YAML 1.2: on and yes are texts', () => expect(value('on: yes\nn: 0x10')).toEqual({ on: 'yes', n: 16 }));
  test('reads JSON, and forgives a comma too many as YAML does', () =>
    expect(value('{"a": [1, null,],}')).toEqual({ a: [1, null] }));
  test('copies what aliases stand for', () => {
    const read = value('a: &a { x: [1] }\nb: *a\nc: &a 2\nd: *a') as Record<string, unknown>;
    expect(read).toEqual({ a: { x: [1] }, b: { x: [1] }, c: 2, d: 2 });
    expect(read.b).not.toBe(read.a);
  });
  test('takes 64 levels and not one more', () => {
    const nested = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
    expect(readText(nested(64), 'f').problems).toEqual([]);
    expect(readText(nested(65), 'f').problems[0]?.message).toBe(DEEP);
  });
  test.each(['', '\n', '# nothing\n', '---\n'])('has no value in %j', (text) => expect(value(text)).toBeUndefined());
  test('knows where keys and values are, also behind an alias', () => {
    const document = readText('a: &x\n  b: [1, 2]\nc: *x', 'f');
    expect(document.locate(['a', 'b', 1], 'value')).toEqual({ line: 2, column: 10 });
    expect(document.locate(['c', 'b'], 'key')).toEqual({ line: 2, column: 3 });
    expect(document.locate(['c', 'nope', 'deeper'], 'value')).toEqual({ line: 3, column: 1 });
    expect(document.locate([], 'value')).toEqual({ line: 1, column: 1 });
  });
  test('tells what stands on one line from what does not', () =>
    expect(['1', '[1]', '{a: 1}', 'a: 1', '- 1'].map((text) => readText(text, 'f').inline)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]));
  test('reads thousands of aliases and keys within a second', () => {
    const elapsed = stopwatch();
    const aliases = Array.from({ length: 2_000 }, (_, i) => `- &a${i} x\n- *a${i}`).join('\n');
    expect(readText(aliases, 'f').value).toHaveLength(4_000);
    const keys = Array.from({ length: 4_000 }, (_, i) => `a${i}: 1`).join('\n');
    expect(Object.keys(readText(keys, 'f').value as object)).toHaveLength(4_000);
    expect(elapsed()).toBeLessThan(1_000);
  });
  test('leaves the stack traces of others alone', () => {
    const before = Error.stackTraceLimit;
    expect(() => readText('a: [', 'f')).toThrow();
    expect(Error.stackTraceLimit).toBe(before);
  });
});
