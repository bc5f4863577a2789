import { expect, test } from 'vitest';
import { toSaid } from '../../src/supervisor/said.ts';

test.each([
  ['{"n":1}', { n: 1 }],
  ['{}', {}],
])('%s is a value too', (body, data) => expect(toSaid(body)).toEqual({ body, data }));

test.each([
  '',
  'text',
  '[1]',
  '"x"',
  '7',
  'null',
  '{broken}',
  '{"n":1} and more',
  ' {"n":1}',
])('%j is a text alone', (body) => expect(toSaid(body)).toEqual({ body }));

test('a long one is not looked into', () => {
  const body = `{"n":"${'x'.repeat(70_000)}"}`;
  expect(toSaid(body)).toEqual({ body });
});
