import { expect, test } from 'vitest';
import { parseRequest } from '../../../src/monitor/server/requests.ts';
import { toBatches } from '../../../src/monitor/web/inbox/to-batches.ts';

/** What the server takes in one message. */
const BYTES_MAX = 64 * 1_024;

test('each part is a command the server takes, and together they are all calls in their order', () => {
  // Names of three bytes a character, as long as they come.
  const calls = Array.from({ length: 2_500 }, (_, i) => ({
    agent: `${'分'.repeat(i % 90)}/${i}`,
    callId: `1/call-${i}`,
  }));
  const batches = toBatches(calls);
  expect(batches.flat()).toEqual(calls);
  for (const batch of batches) {
    const text = JSON.stringify({
      type: 'command',
      command: { type: 'approvals.answer', answer: 'approve', calls: batch },
    });
    expect(Buffer.byteLength(text)).toBeLessThan(BYTES_MAX);
    expect(parseRequest(text).ok).toBe(true);
  }
});

test('what else is known of a call is not sent along', () => {
  const call = { agent: 'a/0', callId: '1/c', args: { text: 'x'.repeat(30_000) } };
  expect(toBatches([call, call])).toEqual([
    [
      { agent: 'a/0', callId: '1/c' },
      { agent: 'a/0', callId: '1/c' },
    ],
  ]);
  expect(toBatches([])).toEqual([]);
});
