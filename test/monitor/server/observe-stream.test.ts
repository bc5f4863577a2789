import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import {
  CLIENT_BUSY_BYTES,
  CLIENT_MAX_BYTES,
  CLIENT_SLOW_MS,
  OBSERVE_HEARTBEAT_MS,
} from '../../../src/base/monitor-limits.ts';
import { ObserveStream } from '../../../src/monitor/server/observe-stream.ts';
import { createManualClock } from './manual-clock.ts';
import { stubObserving } from './stub-observing.ts';

/** What is used of a response; `unread` bytes wait for its client. */
class StubResponse extends EventEmitter {
  text = '';
  unread = 0;
  destroyed = false;
  writableEnded = false;
  head: unknown[] = [];

  get writableLength(): number {
    return this.unread;
  }

  writeHead(...head: unknown[]): this {
    this.head = head;
    return this;
  }

  write(text: string): boolean {
    this.text += text;
    return true;
  }

  end(): void {
    this.writableEnded = true;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

async function setUp({ isSettled = false } = {}) {
  const clock = createManualClock();
  const observing = stubObserving();
  await observing.observe('desk', { text: 'x', id: 'a' });
  if (isSettled) observing.answer('a');
  const response = new StubResponse();
  const stream = new ObserveStream(response as never, { observing, id: 'a', clock, encode: JSON.stringify });
  /** Events without heartbeats, `name data`. */
  const events = () =>
    response.text
      .split('\n\n')
      .filter((block) => block.startsWith('event: '))
      .map((block) => block.replace(/^event: (\w+)\ndata: /, '$1 '));
  const expectFreed = () => {
    expect([observing.followed, clock.isIdle, response.writableEnded]).toEqual([0, true, true]);
  };
  return { clock, observing, response, stream, events, expectFreed };
}

test('tells how it is, what changes, what is written and how it ends, and is over', async () => {
  const { observing, response, events, expectFreed } = await setUp();
  expect(response.head).toEqual([
    200,
    expect.objectContaining({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' }),
  ]);
  expect(observing.outcomes.isRead('a')).toBe(true);
  observing.outcomes.change('a', { status: 'working', agent: 'x/0' });
  for (const text of ['Hel\n\n', 'lo']) observing.outcomes.write('a', text, 1);
  observing.answer('a', 'Hel\n\nlo');
  const told = { id: 'a', source: 'desk' };
  expect(events()).toEqual([
    `status ${JSON.stringify({ ...told, status: 'waiting' })}`,
    `status ${JSON.stringify({ ...told, status: 'working', agent: 'x/0' })}`,
    'text {"turn":1,"text":"Hel\\n\\n"}',
    'text {"turn":1,"text":"lo"}',
    `done ${JSON.stringify({ ...told, status: 'done', agent: 'x/0', reply: 'Hel\n\nlo' })}`,
  ]);
  expectFreed();
});

test('of what is settled is one event', async () => {
  const { events, expectFreed } = await setUp({ isSettled: true });
  expect(events()).toEqual([expect.stringMatching(/^done /)]);
  expectFreed();
});

test('gives a sign of life at once and whenever so long has passed', async () => {
  const { clock, response } = await setUp();
  const count = () => response.text.split(': alive\n\n').length - 1;
  expect(count()).toBe(1);
  clock.advance(OBSERVE_HEARTBEAT_MS - 1);
  expect(count()).toBe(1);
  clock.advance(1);
  expect(count()).toBe(2);
  clock.advance(3 * OBSERVE_HEARTBEAT_MS);
  expect(count()).toBe(5);
});

describe('everything is freed', () => {
  test('when the client goes', async () => {
    const { response, expectFreed } = await setUp();
    response.emit('close');
    response.emit('close');
    expectFreed();
  });

  test('when the connection breaks', async () => {
    const { response, expectFreed } = await setUp();
    response.emit('error', new Error('broken'));
    expectFreed();
  });

  test('when it is ended', async () => {
    const { stream, observing, events, expectFreed } = await setUp();
    stream.end();
    stream.end();
    observing.answer('a');
    expectFreed();
    expect(events()).toHaveLength(1);
  });
});

describe('a slow client', () => {
  test('misses text, and is told how often; its outcome it gets', async () => {
    const { observing, response, events } = await setUp();
    response.unread = CLIENT_BUSY_BYTES;
    for (const text of ['a', 'b', 'c']) observing.outcomes.write('a', text, 1);
    response.unread = 0;
    for (const text of ['d', 'e']) observing.outcomes.write('a', text, 1);
    observing.answer('a');
    expect(events().slice(1, 3)).toEqual(['text {"turn":1,"text":"d","missed":3}', 'text {"turn":1,"text":"e"}']);
    expect(events()).toHaveLength(4);
  });

  test('that never reads is cut off, and holds nothing', async () => {
    const { clock, response, observing } = await setUp();
    response.unread = CLIENT_BUSY_BYTES;
    observing.outcomes.change('a', { status: 'working' });
    clock.advance(CLIENT_SLOW_MS + 1_000);
    expect([response.destroyed, observing.followed, clock.isIdle]).toEqual([true, 0, true]);
  });

  test('of whom too much waits is cut off', async () => {
    const { response, observing, clock } = await setUp();
    response.unread = CLIENT_MAX_BYTES;
    observing.answer('a');
    expect([response.destroyed, observing.followed, clock.isIdle]).toEqual([true, 0, true]);
  });
});
