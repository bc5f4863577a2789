import { expect, test } from 'vitest';
import { explainFailure, isUnreachable } from '../../../src/tools/mcp/explain-failure.ts';

const http = (code: number, message: string) => Object.assign(new Error(`Streamable HTTP error: ${message}`), { code });

test.each<[string, unknown, string]>([
  [
    'what fetch fails of',
    new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) }),
    'it cannot be reached (ECONNREFUSED)',
  ],
  [
    'a connection that is cut',
    new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'UND_ERR_SOCKET' }) }),
    'the connection to it failed (UND_ERR_SOCKET)',
  ],
  ['a fetch that says it itself', new TypeError('unknown scheme'), 'the connection to it failed (unknown scheme)'],
  [
    'an answer that refuses',
    http(401, 'Error POSTing to endpoint: who are you?'),
    'it answered with HTTP 401: who are you?',
  ],
  ['an answer that says nothing', http(503, 'Error POSTing to endpoint: '), 'it answered with HTTP 503'],
  ['an answer of another kind', http(-1, 'Unexpected content type: text/html'), 'Unexpected content type: text/html'],
  ['an error of the protocol', new Error('MCP error -32602: bad'), 'bad'],
  [
    'what does not fit',
    Object.assign(new Error('[{}]'), { name: 'ZodError' }),
    'its answer is not as the protocol has it',
  ],
  ['no error at all', 'x', 'it failed for no reason that is known'],
])('%s', (_, error, reason) => {
  expect(explainFailure(error)).toBe(reason);
});

test('what a server says is bounded', () => {
  expect(explainFailure(http(500, 'x'.repeat(10_000))).length).toBeLessThan(1_100);
  expect(explainFailure(new Error('x'.repeat(10_000)))).toHaveLength(1_001);
});

test('that nobody is there is told by the code of the cause, or in the message', () => {
  expect(isUnreachable(new Error('', { cause: { code: 'ENOTFOUND' } }))).toBe(true);
  expect(isUnreachable(new Error('Failed: connect ECONNREFUSED 127.0.0.1:1'))).toBe(true);
  expect(isUnreachable(new Error('Failed'))).toBe(false);
  expect(isUnreachable(new Error('', { cause: { code: 'ECONNRESET' } }))).toBe(false);
});
