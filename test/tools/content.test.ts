import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TOOL_RESULT_MAX_BYTES } from '../../src/base/limits.ts';
import { cutText, toContent, trustContent } from '../../src/tools/content.ts';

const LIMIT = TOOL_RESULT_MAX_BYTES;
const content = (value: unknown) => toContent(value).content;
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('toContent', () => {
  test('any JSON value comes back equal, as JSON has it', () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { content, truncated } = toContent(value);
        expect(JSON.stringify(content)).toBe(JSON.stringify(value));
        expect(truncated).toBe(false);
      }),
      { numRuns: 500 },
    ));

  test('any value at all gives what JSON.stringify gives, or an error', () =>
    fc.assert(
      fc.property(fc.anything({ withDate: true, withNullPrototype: true, withSparseArray: true }), (value) => {
        let result: unknown;
        try {
          result = content(value);
        } catch (error) {
          expect(error).toMatchObject({ code: 'TOOL_RESULT' });
          return;
        }
        expect(JSON.stringify(result)).toBe(JSON.stringify(value) ?? 'null');
      }),
      { numRuns: 500 },
    ));

  test.each<[string, unknown, unknown]>([
    ['undefined', undefined, null],
    ['undefined in an array', [undefined, 1], [null, 1]],
    ['undefined in an object is left out', { a: undefined, b: 1 }, { b: 1 }],
    ['NaN and the infinities', [Number.NaN, Infinity, -Infinity], [null, null, null]],
    ['-0', -0, 0],
    ['a Date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an own toJSON', { toJSON: () => ({ a: 1 }) }, { a: 1 }],
    [
      'a class instance',
      new (class {
        a = 1;
        b() {}
      })(),
      { a: 1 },
    ],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['a sparse array', Object.assign([], { 2: 1 }), [null, null, 1]],
    ['symbol keys are left out', { [Symbol('s')]: 1, a: 1 }, { a: 1 }],
  ])('%s', (_, value, expected) => expect(content(value)).toEqual(expected));

  test('a key named __proto__ stays a key', () => {
    const result = content(JSON.parse('{"__proto__":{"polluted":1}}')) as object;
    expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":1}}');
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(({} as any).polluted).toBeUndefined();
  });

  const circle: any = { name: 'c', list: [] };
  circle.list.push(circle);
  let deep: unknown = 0;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  test.each<[string, unknown, RegExp]>([
    ['a function', () => 1, /it is a function/],
    ['a symbol', Symbol('s'), /it is a symbol/],
    ['a BigInt', 1n, /it is a BigInt/],
    ['a function inside, with its path', { a: [{ b: () => 1 }] }, /result\.a\[0\]\.b is a function/],
    ['a circle', circle, /circle or deeper/],
    ['a hundred thousand levels', deep, /circle or deeper/],
    ['a Map', new Map(), /it is a Map/],
    ['a Set', { tags: new Set() }, /result\.tags is a Set/],
    ['a Buffer', Buffer.from('x'), /binary/],
    ['an ArrayBuffer', new ArrayBuffer(1), /binary/],
    [
      'a getter that throws',
      {
        get a() {
          throw new Error('no');
        },
      },
      /Cannot read the result: no/,
    ],
    [
      'a toJSON that throws',
      {
        toJSON() {
          throw new Error('no');
        },
      },
      /Cannot read the result: no/,
    ],
    ['a toJSON that gives a function', { toJSON: () => () => 1 }, /is a function/],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('trap');
          },
        },
      ),
      /trap/,
    ],
    [
      'a revoked proxy',
      (() => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      })(),
      /Cannot read/,
    ],
    [
      'an endless proxy',
      (() => {
        const p: any = new Proxy(
          {},
          {
            ownKeys: () => ['a'],
            getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }),
            get: (_, key) => (key === 'a' ? p : undefined),
          },
        );
        return p;
      })(),
      /circle or deeper/,
    ],
  ])('refuses %s', (_, value, message) => {
    expect(() => toContent(value)).toThrow(message);
    expect(() => toContent(value)).toThrow(expect.objectContaining({ code: 'TOOL_RESULT' }));
  });

  test('shares nothing with the original', () => {
    const original = { list: [{ n: 1 }] };
    const copy = content(original);
    original.list[0]!.n = 2;
    original.list.push({ n: 3 });
    expect(copy).toEqual({ list: [{ n: 1 }] });
  });

  test('reads each getter once', () => {
    let reads = 0;
    expect(
      content({
        get a() {
          return ++reads;
        },
      }),
    ).toEqual({ a: 1 });
    expect(reads).toBe(1);
  });
});

describe('oversized', () => {
  test('exactly the limit fits, a byte more does not', () => {
    expect(toContent('x'.repeat(LIMIT - 2))).toEqual({ content: 'x'.repeat(LIMIT - 2), truncated: false });
    const { content, truncated } = toContent('x'.repeat(LIMIT - 1));
    expect(truncated).toBe(true);
    expect(content).toMatch(/^x+… \[truncated: 1048575 bytes, limit 1048576\]$/);
    expect(bytes(content)).toBe(LIMIT);
  });

  test('bytes count, not characters', () => {
    expect(toContent('ä'.repeat(LIMIT / 2 - 1)).truncated).toBe(false);
    expect(toContent('ä'.repeat(LIMIT / 2)).truncated).toBe(true);
    expect(toContent('\u0001'.repeat(Math.floor(LIMIT / 6))).truncated).toBe(false);
    expect(toContent('\u0001'.repeat(LIMIT / 6 + 1)).truncated).toBe(true);
  });

  test.each(['😀', 'a😀', 'ab😀', 'abc😀', '€', '\n"', 'x\ud800x'])('cuts %j between characters', (piece) => {
    const { content } = toContent(piece.repeat(LIMIT));
    const text = (content as string).replace(/… \[truncated.*$/s, '');
    expect(text).toBe(piece.repeat(Math.ceil(text.length / piece.length)).slice(0, text.length));
    if (piece.endsWith('😀')) expect(text).toMatch(/😀[abc]*$/u);
    expect(bytes(content)).toBeLessThanOrEqual(LIMIT);
    expect(bytes(content)).toBeGreaterThan(LIMIT - 8);
  });

  test('a structure becomes the beginning of its JSON', () => {
    const rows = Array.from({ length: 100_000 }, (_, id) => ({ id, name: `row ${id}` }));
    const { content } = toContent({ rows });
    expect(content).toMatch(
      /^\{"rows":\[\{"id":0,"name":"row 0"\},.*… \[truncated: more than 1048576 bytes, limit 1048576\]$/s,
    );
    expect(JSON.stringify({ rows }).startsWith((content as string).split('…')[0]!)).toBe(true);
    expect(bytes(content)).toBeLessThanOrEqual(LIMIT);
  });

  test('a structure near the limit says its exact size', () => {
    const value = { text: 'ä'.repeat(LIMIT / 2) };
    expect(toContent(value).content).toMatch(`[truncated: ${bytes(value)} bytes, limit 1048576]`);
  });

  test.each<[string, () => unknown]>([
    ['a text of 100 MB', () => 'x'.repeat(100 * LIMIT)],
    ['a text of 100 MB inside', () => ({ a: ['x'.repeat(100 * LIMIT)] })],
    ['a key of 100 MB', () => ({ ['k'.repeat(100 * LIMIT)]: 1 })],
    ['an array of a thousand million holes', () => new Array(1e9)],
    [
      'an array that doubles with each level',
      () => {
        let v: unknown = ['x'];
        for (let i = 0; i < 60; i++) v = [v, v];
        return v;
      },
    ],
  ])('%s takes neither long nor much memory', (_, make) => {
    const value = make();
    const before = process.memoryUsage().rss;
    const started = performance.now();
    const { content, truncated } = toContent(value);
    expect(performance.now() - started).toBeLessThan(2_000);
    // `Buffer.byteLength` may flatten the text once; nothing writes it out again.
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * LIMIT);
    expect(truncated).toBe(true);
    expect(bytes(content)).toBeLessThanOrEqual(LIMIT);
  });

  test('a text says how large it was', () =>
    expect((toContent('x'.repeat(100 * LIMIT)).content as string).slice(-60)).toMatch(
      '… [truncated: 104857600 bytes, limit 1048576]',
    ));
});

describe('trustContent', () => {
  test('gives a frozen copy that is never copied again', () => {
    const original = { a: [{ b: 1 }] };
    const constant = trustContent(original) as any;
    expect(constant).toEqual(original);
    expect(Object.isFrozen(constant) && Object.isFrozen(constant.a[0])).toBe(true);
    expect(Object.isFrozen(original)).toBe(false);
    expect(toContent(constant).content).toBe(constant);
  });

  test('leaves scalars and what is too large alone', () => {
    expect(trustContent('x')).toBe('x');
    expect(trustContent(null)).toBe(null);
    const large = ['x'.repeat(LIMIT)];
    expect(trustContent(large)).toBe(large);
    expect(toContent(large).truncated).toBe(true);
  });
});

test('cutText leaves a text that fits as it is', () => expect(cutText('häß', 7)).toBe('häß'));
test('cutText counts the quotes', () => expect(cutText('abc', 4)).toBe('ab'));
