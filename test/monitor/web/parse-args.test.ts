import { expect, test } from 'vitest';
import { parseArgs } from '../../../src/monitor/web/inbox/parse-args.ts';

test('an object', () => {
  expect(parseArgs(' { "to": "x", "n": [1] } ')).toEqual({ args: { to: 'x', n: [1] } });
  expect(parseArgs('{}')).toEqual({ args: {} });
});

test.each(['', '{', "{'a': 1}", 'undefined'])('%j is not JSON', (text) => {
  expect(parseArgs(text)).toEqual({ problem: expect.stringMatching(/^This is not JSON: ./) });
});

test.each(['null', '[]', '"x"', '7', 'true'])('%s is JSON, but no arguments', (text) => {
  expect(parseArgs(text)).toEqual({ problem: expect.stringContaining('JSON object') });
});
