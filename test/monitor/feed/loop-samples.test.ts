import { expect, test } from 'vitest';
import { LOOP_SAMPLE_MS } from '../../../src/base/monitor-limits.ts';
import { LoopSamples } from '../../../src/monitor/feed/loop-samples.ts';

/** A meter that reads how often it was read, and says how often it was begun anew. */
function start() {
  let reads = 0;
  const calls = { starts: 0, stops: 0 };
  const samples = new LoopSamples({
    start: () => calls.starts++,
    stop: () => calls.stops++,
    read: () => ({ p50: ++reads, p99: reads * 10, max: 0 }),
  });
  return { samples, calls };
}

test('takes one a second, each of the time since the last', () => {
  const { samples, calls } = start();
  samples.start();
  for (let now = 0; now <= 3 * LOOP_SAMPLE_MS; now += LOOP_SAMPLE_MS / 4) samples.take(now, now + 7);
  expect(samples.delays).toEqual({ at: [1_007, 2_007, 3_007], p50: [1, 2, 3], p99: [10, 20, 30] });
  expect(calls).toEqual({ starts: 4, stops: 0 });
  samples.stop();
  expect(calls.stops).toBe(1);
});

test('takes none of a run that has ended', () => {
  const { samples } = start();
  samples.take(5 * LOOP_SAMPLE_MS, undefined);
  expect(samples.delays.at).toEqual([]);
});

test('keeps every second one when there are many, and takes them half as often', () => {
  const { samples } = start();
  for (let second = 1; second <= 601; second++) samples.take(second * LOOP_SAMPLE_MS, second);
  expect(samples.delays.at).toHaveLength(301);
  expect(samples.delays.at.slice(0, 3)).toEqual([1, 3, 5]);
  expect(samples.delays.p50.at(-1)).toBe(601);
  for (let second = 602; second <= 605; second++) samples.take(second * LOOP_SAMPLE_MS, second);
  expect(samples.delays.at.slice(-2)).toEqual([603, 605]);
});
