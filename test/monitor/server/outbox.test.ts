import { expect, test, vi } from 'vitest';
import { Outbox } from '../../../src/monitor/server/outbox.ts';
import { createManualClock } from './manual-clock.ts';

const KB = 1_024;
const MB = 1_024 * KB;

/** A socket whose unsent bytes are set by the test. */
function setUp() {
  const socket = { readyState: 1, bufferedAmount: 0, sent: [] as string[], send: vi.fn(), close: vi.fn() };
  socket.send.mockImplementation((text: string) => {
    socket.sent.push(text);
    socket.bufferedAmount += text.length;
  });
  socket.close.mockImplementation(() => {
    socket.readyState = 2;
  });
  const clock = createManualClock();
  const outbox = new Outbox(socket as never, clock);
  return { socket, clock, outbox };
}

test('has room as long as little is unsent', () => {
  const { socket, outbox } = setUp();
  expect(outbox.hasRoom()).toBe(true);
  socket.bufferedAmount = 256 * KB - 1;
  expect(outbox.hasRoom()).toBe(true);
  socket.bufferedAmount = 256 * KB;
  expect(outbox.hasRoom()).toBe(false);
});

test.each([0, 2, 3])('a socket in state %i is sent nothing, and has no room', (readyState) => {
  const { socket, outbox, clock } = setUp();
  socket.readyState = readyState;
  outbox.send('x');
  expect(socket.sent).toEqual([]);
  expect(outbox.hasRoom()).toBe(false);
  expect(clock.isIdle).toBe(true);
});

test('one that reads has no timer', () => {
  const { outbox, clock } = setUp();
  outbox.send('x');
  expect(clock.isIdle).toBe(true);
});

test('one that does not read for 10 s is cut off, not before', () => {
  const { socket, outbox, clock } = setUp();
  outbox.send('x'.repeat(300 * KB));
  clock.advance(9_999);
  expect(socket.close).not.toHaveBeenCalled();
  clock.advance(1);
  expect(socket.close).toHaveBeenCalledExactlyOnceWith(1013, expect.stringContaining('10000 ms'));
  expect(clock.isIdle).toBe(true);
  outbox.send('x');
  expect(socket.sent).toHaveLength(1);
});

test('one that has read in between begins anew', () => {
  const { socket, outbox, clock } = setUp();
  outbox.send('x'.repeat(300 * KB));
  clock.advance(9_000);
  socket.bufferedAmount = 0;
  clock.advance(500);
  outbox.send('x'.repeat(300 * KB));
  clock.advance(9_999);
  expect(socket.close).not.toHaveBeenCalled();
  clock.advance(1_000);
  expect(socket.close).toHaveBeenCalledOnce();
});

test('one that reads all the time is kept, even if it is busy at each look', () => {
  const { socket, outbox, clock } = setUp();
  // Between two looks it has room, and is sent the next frame.
  for (let i = 0; i < 200; i++) {
    outbox.send('x'.repeat(300 * KB));
    clock.advance(400);
    socket.bufferedAmount = 0;
    outbox.send('x'.repeat(300 * KB));
    clock.advance(100);
    socket.bufferedAmount = 100 * KB;
  }
  expect(socket.close).not.toHaveBeenCalled();
});

test('more than 4 MB unsent cut it off at once', () => {
  const { socket, outbox, clock } = setUp();
  for (let i = 0; i < 3; i++) outbox.send('x'.repeat(MB));
  outbox.send('x'.repeat(MB));
  expect(socket.close).not.toHaveBeenCalled();
  outbox.send('x');
  expect(socket.close).toHaveBeenCalledExactlyOnceWith(1013, expect.stringContaining('bytes'));
  expect(socket.sent).toHaveLength(4);
  expect(clock.isIdle).toBe(true);
});

test('one message may be larger than that, when nothing is before it', () => {
  const { socket, outbox } = setUp();
  outbox.send('x'.repeat(5 * MB));
  expect(socket.sent).toHaveLength(1);
  expect(socket.close).not.toHaveBeenCalled();
});

test('what counts is bytes, not letters', () => {
  const { socket, outbox } = setUp();
  socket.bufferedAmount = 2 * MB;
  outbox.send('…'.repeat(MB));
  expect(socket.close).toHaveBeenCalledOnce();
});

test('stopping leaves no timer', () => {
  const { outbox, clock } = setUp();
  outbox.send('x'.repeat(MB));
  expect(clock.isIdle).toBe(false);
  outbox.stop();
  expect(clock.isIdle).toBe(true);
});
