import { describe, expect, test } from 'vitest';
import { OBSERVE_MAX_DEPTH } from '../../../src/base/monitor-limits.ts';
import { itemShape, readItem } from '../../../src/monitor/server/observe-item.ts';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const read = (body: unknown, headers: Record<string, string> = {}) =>
  readItem(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), headers);
const problemOf = (...args: Parameters<typeof read>) => {
  const result = read(...args);
  return result.ok ? undefined : `${result.status} ${result.problem}`;
};

test('reads all of an item', () => {
  const item = { text: 'hi', data: { a: [{ b: 1 }], c: null }, user: 'ada', session: '1', id: 'o-1' };
  expect(read(item)).toEqual({ ok: true, item });
  expect(read({})).toEqual({ ok: true, item: {} });
});

describe('a body', () => {
  test.each([
    'application/json',
    'Application/JSON; charset=UTF-8',
    'application/json;charset="utf-8"',
    'application/cloudevents+json',
    // What curl says of everything.
    'application/x-www-form-urlencoded',
  ])('of the type %s is JSON', (type) => {
    expect(read({ text: 'x' }, { 'content-type': type })).toEqual({ ok: true, item: { text: 'x' } });
  });

  test('is text if it says so, whatever is in it', () => {
    const text = '{ "text": "ä' + '\n" }';
    expect(read(text, { 'content-type': 'text/plain' })).toEqual({ ok: true, item: { text } });
  });

  test.each([
    'multipart/form-data; boundary=x',
    'text/html',
    'application/xml',
    'application/json; charset=latin1',
    'text/plain; charset=utf-16',
    'application/jsonp',
    '',
    ';',
  ])('of the type "%s" is refused', (type) => {
    expect(problemOf({ text: 'x' }, { 'content-type': type })).toBe(
      '415 Cannot read the item: expected application/json or text/plain, in UTF-8 and not compressed',
    );
  });

  test('that is compressed is refused', () => {
    expect(problemOf({ text: 'x' }, { 'content-encoding': 'gzip' })).toMatch(/^415 /);
    expect(problemOf({ text: 'x' }, { 'content-encoding': 'identity' })).toBeUndefined();
  });

  test('that is not UTF-8 is refused', () => {
    const result = readItem(Buffer.from([0x22, 0xff, 0x22]), { 'content-type': 'text/plain' });
    expect(result).toEqual({ ok: false, status: 400, problem: 'Cannot read the item: it is not UTF-8' });
  });
});

describe('what is wrong is said with its place', () => {
  test.each<[string, unknown]>([
    ['it is not JSON (', ''],
    ['it is not JSON (', '{"text":'],
    ['it is not JSON (', 'text=hello&user=ada'],
    ['item: Invalid input: expected object', '[]'],
    ['item: Invalid input: expected object', 'null'],
    ['item: Invalid input: expected object', '"hi"'],
    ['text: Invalid input: expected string', { text: 1 }],
    ['item: Unrecognized key: "txt"', { txt: 'x' }],
    ['user: Too small', { user: '' }],
    ['user: Too big', { user: 'x'.repeat(201) }],
    ['session: Invalid input', { session: 7 }],
    ['data: expected an object', { data: [] }],
    ['data: expected an object', { data: 'x' }],
    ['data: expected an object', { data: null }],
    ['data.a.0.__proto__: expected another name', '{ "data": { "a": [{ "__proto__": { "x": 1 } }] } }'],
    ['data.a', { data: nested(OBSERVE_MAX_DEPTH + 1) }],
    ['data.a', { data: nested(20_000) }],
    ['text: Invalid input: expected string, received number; user: Too small', { text: 1, user: '' }],
  ])('%s', (problem, body) => {
    const text = typeof body === 'object' && 'data' in body! ? toText(body as { data: unknown }) : body;
    expect(problemOf(text)).toContain(`400 Cannot read the item: ${problem}`);
  });

  test('as deep as may be is fine', () => {
    expect(problemOf(toText({ data: nested(OBSERVE_MAX_DEPTH) }))).toBeUndefined();
  });
});

describe('an id', () => {
  test.each(['x', '0b1f6f6e-0a58-4c8e-9d57-1d7d3a0b8a6f', 'a/b?c#d%2e', '...', '!}', 'x'.repeat(200)])('%s', (id) => {
    expect(read({ id })).toEqual({ ok: true, item: { id } });
    expect(read({}, { 'idempotency-key': id })).toEqual({ ok: true, item: { id } });
    // As in the draft of the header.
    expect(read({}, { 'idempotency-key': `"${id}"` })).toEqual({ ok: true, item: { id } });
  });

  test.each(['', ' ', 'a b', 'a~1', '.', '..', 'ä', 'a\n', '\0', 'x'.repeat(201)])('that is none: %j', (id) => {
    expect(problemOf({ id })).toMatch(/^400 Cannot read the item: id: /);
    expect(problemOf({}, { 'idempotency-key': id })).toMatch(/^400 Cannot read the item: Idempotency-Key: /);
  });

  test('is said once, or twice the same', () => {
    expect(read({ id: 'a' }, { 'idempotency-key': 'a' })).toEqual({ ok: true, item: { id: 'a' } });
    expect(problemOf({ id: 'a' }, { 'idempotency-key': 'b' })).toMatch(/^400 .*not the same as the header/);
  });

  test('of a text is in the header', () => {
    const headers = { 'content-type': 'text/plain', 'idempotency-key': 'a' };
    expect(read('hi', headers)).toEqual({ ok: true, item: { text: 'hi', id: 'a' } });
  });
});

test.each([
  [TRACE, TRACE],
  ['', undefined],
  ['x', undefined],
  [TRACE.toUpperCase(), undefined],
  [`${TRACE}, ${TRACE}`, undefined],
  [`00-${'0'.repeat(32)}-b7ad6b7169203331-01`, undefined],
])('the trace %j goes on as %j', (traceparent, trace) => {
  expect(read({ text: 'x' }, { traceparent })).toEqual({
    ok: true,
    item: { text: 'x', ...(trace !== undefined && { trace }) },
  });
});

test('the same shape is that of messages', () => {
  expect(itemShape.safeParse({ text: 'x', id: 'a' }).success).toBe(true);
  expect(itemShape.safeParse({ trace: TRACE }).success).toBe(false);
});

/** Objects in each other, `depth` of them. */
function nested(depth: number): { depth: number } {
  return { depth };
}

/** Written by hand: what is deep cannot be by a writer that recurs. */
function toText({ data }: { data: unknown }): string {
  const depth = (data as { depth?: number } | null)?.depth;
  if (depth === undefined) return JSON.stringify({ data });
  return `{"data":${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}}`;
}
