import { expect, test } from 'vitest';
import { TextStream } from '../../src/agent/text-stream.ts';
import { createVirtualClock } from '../../src/base/clock.ts';

test('text comes together every 100 ms, and the last of it at the end', async () => {
  const clock = createVirtualClock();
  const passed: [number, string][] = [];
  const stream = new TextStream(clock, (text) => passed.push([clock.elapsed(), text]));
  for (const piece of ['a', '', 'b', 'c']) {
    stream.take(piece);
    await clock.sleep(40);
  }
  stream.take('d');
  stream.end();
  stream.end();
  await clock.sleep(1_000);
  expect(passed).toEqual([
    [100, 'ab'],
    [160, 'cd'],
  ]);
});

test('a filter sees all that is passed on, and the end', async () => {
  const clock = createVirtualClock();
  const passed: string[] = [];
  let kept = '';
  const filter = (piece: string, isLast: boolean) => {
    const text = kept + piece;
    kept = isLast ? '' : text.slice(-1);
    return isLast ? text : text.slice(0, -1);
  };
  const stream = new TextStream(clock, (text) => passed.push(text), filter);
  stream.take('abc');
  await clock.sleep(200);
  stream.end();
  stream.end();
  expect(passed).toEqual(['ab', 'c']);
});

test('what comes after the end, of a model that does not stop, is dropped', async () => {
  const clock = createVirtualClock();
  const passed: string[] = [];
  const stream = new TextStream(clock, (text) => passed.push(text));
  stream.take('a');
  stream.end();
  stream.take('b');
  await clock.sleep(1_000);
  expect(passed).toEqual(['a']);
});
