import fc from 'fast-check';
import { Liquid } from 'liquidjs';
import { describe, expect, test } from 'vitest';
import { compileSimpleTemplate, readPath, toPath, UNSURE } from '../../src/base/simple-template.ts';

const liquid = new Liquid({ ownPropertyOnly: true, jsTruthy: true });

describe('compileSimpleTemplate', () => {
  test('never differs from Liquid, or leaves it to Liquid', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'size', 'first', 'constructor', '__proto__', 'length');
    const path = fc
      .tuple(
        key,
        fc.array(
          fc.oneof(
            key.map((k) => `.${k}`),
            fc.nat(2).map((i) => `[${i}]`),
          ),
          { maxLength: 3 },
        ),
      )
      .map(([root, rest]) => root + rest.join(''));
    const piece = fc.oneof(
      fc.constantFrom(
        'text',
        ' ',
        '{',
        '}',
        '{ {',
        '%}',
        'ä\n',
        '{{ a | upcase }}',
        '{{- a -}}',
        '{{ "x" }}',
        '{{ 3 }}',
      ),
      path.map((p) => `{{ ${p} }}`),
      path.map((p) => `{{${p}}}`),
    );
    const scope = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), scope, (pieces, values) => {
        const source = pieces.join('');
        let expected: string;
        try {
          expected = String(liquid.parseAndRenderSync(source, values));
        } catch {
          return;
        }
        const simple = compileSimpleTemplate(source)?.text(values);
        if (simple !== undefined) expect(simple).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    '{{ a | upcase }}',
    '{% if a %}b{% endif %}',
    '{{ a.size }}',
    '{{ "a" }}',
    '{{- a }}',
    '{{ a[b] }}',
    '{{ a',
  ])('leaves %s to Liquid', (source) => expect(compileSimpleTemplate(source)).toBeUndefined());

  test('reads plain paths itself', () => {
    expect(compileSimpleTemplate('{{ a.b[1] }}-{{ c }}!')?.text({ a: { b: [0, 7] }, c: true })).toBe('7-true!');
  });
});

test('readPath reads own properties only', () => {
  expect(readPath({ a: [{ b: 1 }] }, ['a', '0', 'b'])).toBe(1);
  expect(readPath({ a: {} }, ['a', 'constructor'])).toBeUndefined();
  expect(readPath({ a: null }, ['a', 'b'])).toBeUndefined();
  expect(readPath({ a: 'text' }, ['a', '0'])).toBe(UNSURE);
});

test('toPath reads dots and numbers in brackets', () => {
  expect(toPath(' a.b[2].c ')).toEqual(['a', 'b', '2', 'c']);
  expect(toPath('a.first')).toBeUndefined();
  expect(toPath('a b')).toBeUndefined();
});
