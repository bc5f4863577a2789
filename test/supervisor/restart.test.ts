import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import { isRetryable, RestartWindow, shouldRestart, toBackoffMs } from '../../src/supervisor/restart.ts';

describe('shouldRestart', () => {
  test.each([
    ['permanent', 'failed', true],
    ['permanent', 'done', true],
    ['permanent', 'stopped', false],
    ['transient', 'failed', true],
    ['transient', 'done', false],
    ['transient', 'stopped', false],
    ['temporary', 'failed', false],
    ['temporary', 'done', false],
  ] as const)('a %s agent that is %s: %s', (restart, status, again) => {
    expect(shouldRestart(restart, status)).toBe(again);
  });
});

test('what exceeded a limit would do so again', () => {
  expect(isRetryable('MODEL_FAILED')).toBe(true);
  for (const code of ['TURN_LIMIT', 'WALL_LIMIT', 'IDENTICAL_CALLS']) expect(isRetryable(code)).toBe(false);
});

describe('a restart window', () => {
  test('has room for so many within so long, however long it goes on', () => {
    const window = new RestartWindow(3, 5_000);
    expect([0, 1, 2].map((at) => window.add(at))).toEqual([true, true, true]);
    expect(window.add(3)).toBe(false);
    for (let at = 10_000; at < 60_000; at += 1_700) expect(window.add(at)).toBe(true);
  });

  test('forgets what is exactly so long ago', () => {
    const window = new RestartWindow(1, 1_000);
    expect([window.add(0), window.add(1_000), window.add(1_999)]).toEqual([true, true, false]);
  });

  test('with none allowed gives up at the first', () => {
    expect(new RestartWindow(0, 1_000).add(0)).toBe(false);
  });

  test('begins anew when it is cleared', () => {
    const window = new RestartWindow(1, 1_000);
    window.add(0);
    window.clear();
    expect(window.add(1)).toBe(true);
  });
});

describe('a back-off', () => {
  const backoff = { minMs: 200, maxMs: 10_000 };

  test('doubles with each failure in a row up to its end, half of it by chance', () => {
    const random = createRandom(1);
    for (const [failures, full] of [
      [1, 200],
      [2, 400],
      [3, 800],
      [6, 6_400],
      [7, 10_000],
      [5_000, 10_000],
    ] as const) {
      const ms = toBackoffMs(backoff, failures, random);
      expect(ms).toBeGreaterThanOrEqual(full / 2);
      expect(ms).toBeLessThanOrEqual(full);
    }
  });

  test('is not the same for all who failed together', () => {
    const random = createRandom(1);
    expect(new Set(Array.from({ length: 50 }, () => toBackoffMs(backoff, 5, random))).size).toBeGreaterThan(30);
  });

  test('is nothing without one', () => expect(toBackoffMs(undefined, 9, createRandom(1))).toBe(0));
});
