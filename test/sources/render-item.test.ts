import { expect, test } from 'vitest';
import { createRenderer } from '../../src/sources/render-item.ts';
import { toSpec } from './bench.ts';

const render = (templates: { text?: string; user?: string; session?: string }, params = {}) =>
  createRenderer('s', toSpec({ kind: 'http', ...templates }), params);

test('without templates it is what was found', () => {
  const found = { text: 'hi', data: { a: 1 }, user: 'u', session: 'v', id: 'i', trace: 't' };
  expect(render({})(found, 1)).toEqual(found);
  expect(render({})({ text: 'hi' }, 1)).toEqual({ text: 'hi' });
});

test('templates see n, the source, params, and data by its keys and whole', () => {
  const make = render({ text: '{{ n }} {{ source }} {{ params.p }} {{ a }} {{ data.a }} {{ who }}' }, { p: 'q' });
  expect(make({ text: 'x', data: { a: 1 }, names: { who: 'me' } }, 7)?.text).toBe('7 s q 1 1 me');
});

test('keys of the data never stand for what is of the source', () => {
  const make = render({ text: '{{ n }} {{ source }} {{ data.n }}' });
  expect(make({ text: 'x', data: { n: 5, source: 'evil', data: {}, params: 1 } }, 1)?.text).toBe('1 s 5');
});

test('a template for the user wins, and a blank one is nobody', () => {
  const make = render({ user: '{{ data.user }}', session: '{{ data.gone }}' });
  expect(make({ text: 'x', data: { user: 7 }, user: 'given', session: 'given' }, 1)).toEqual({
    text: 'x',
    data: { user: 7 },
    user: '7',
  });
});

test('a text that is a value alone is written as JSON; a blank one is nothing to observe', () => {
  expect(render({ text: '{{ data.list }}' })({ text: 'x', data: { list: [1, 2] } }, 1)?.text).toBe('[1,2]');
  expect(render({ text: '{% if n > 1 %}{{ n }}{% endif %}' })({ text: 'x' }, 1)).toBeUndefined();
  expect(render({})({ text: ' \n' }, 1)).toBeUndefined();
});

test('what is sent can be less than what templates see', () => {
  const make = render({ text: '{{ long }}' });
  expect(make({ text: '', data: { long: 'xx', n: 1 }, sent: { n: 1 } }, 1)).toEqual({ text: 'xx', data: { n: 1 } });
});

test('a template that cannot be read is refused at once', () => {
  expect(() => render({ text: '{{ n' })).toThrow(expect.objectContaining({ code: 'TEMPLATE' }));
});
