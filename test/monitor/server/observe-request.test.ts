import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { OBSERVE_BODY_BYTES, OBSERVE_WAIT_MAX_S } from '../../../src/base/monitor-limits.ts';
import { readBody, readWait } from '../../../src/monitor/server/observe-request.ts';

function requestOf(headers: Record<string, string> = {}) {
  const stream = Object.assign(new PassThrough(), { headers });
  return { stream, body: readBody(stream as never) };
}

describe('a body', () => {
  test('is read whole, however it comes', async () => {
    const { stream, body } = requestOf();
    for (const part of ['he', 'll', 'o']) stream.write(part);
    stream.end();
    expect(String(await body)).toBe('hello');
  });

  test('may be empty', async () => {
    const { stream, body } = requestOf();
    stream.end();
    expect(String(await body)).toBe('');
  });

  test('may be as long as it may be, and no byte longer', async () => {
    for (const [bytes, expected] of [
      [OBSERVE_BODY_BYTES, OBSERVE_BODY_BYTES],
      [OBSERVE_BODY_BYTES + 1, undefined],
    ] as const) {
      const { stream, body } = requestOf();
      stream.end(Buffer.alloc(bytes));
      expect((await body)?.length).toBe(expected);
    }
  });

  test('that says it is too long is not waited for', async () => {
    const { body } = requestOf({ 'content-length': `${OBSERVE_BODY_BYTES + 1}` });
    expect(await body).toBeUndefined();
  });

  test('that goes on for ever is given up on, and what still comes is not kept', async () => {
    const { stream, body } = requestOf();
    for (let i = 0; i < 20; i++) stream.write(Buffer.alloc(10_000));
    expect(await body).toBeUndefined();
    stream.write(Buffer.alloc(10_000));
    await new Promise(setImmediate);
    expect(stream.readableLength).toBe(0);
  });

  test('of a client that goes is an error', async () => {
    const { stream, body } = requestOf();
    stream.write('hel');
    stream.destroy();
    await expect(body).rejects.toThrow('the client has gone');
  });
});

test.each<[string | string[] | undefined, number | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['respond-async', undefined],
  ['wait=10', 10],
  ['Wait = 10', 10],
  ['wait="10"', 10],
  ['respond-async, wait=10; x=y, other', 10],
  [['respond-async', 'wait=3'], 3],
  ['wait=3, wait=4', 3],
  ['wait=0', 0],
  [`wait=${OBSERVE_WAIT_MAX_S + 1}`, OBSERVE_WAIT_MAX_S],
  ['wait=999999999', OBSERVE_WAIT_MAX_S],
  ['wait=-1', undefined],
  ['wait=1.5', undefined],
  ['wait=x', undefined],
  ['wait', undefined],
  ['await=10', undefined],
])('a client that prefers %j waits for %j seconds', (prefer, seconds) => {
  expect(readWait({ headers: (prefer === undefined ? {} : { prefer }) as never })).toBe(seconds);
});
