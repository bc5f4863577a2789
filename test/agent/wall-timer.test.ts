import { expect, test } from 'vitest';
import type { AgentEnvironment } from '../../src/agent/environment.ts';
import { WallTimer } from '../../src/agent/wall-timer.ts';
import { createVirtualClock } from '../../src/base/clock.ts';

function setUp() {
  const clock = createVirtualClock();
  const store = { downMs: 0, ready: undefined as Promise<void> | undefined };
  const env = { clock, store: { downMs: () => store.downMs, ready: () => store.ready } } as unknown as AgentEnvironment;
  const expired: number[] = [];
  const timer = new WallTimer(env, 1_000, () => expired.push(clock.elapsed()));
  return { clock, store, timer, expired };
}

test('expires at its time', async () => {
  const { clock, timer, expired } = setUp();
  expect(timer.due).toBe(1_000);
  await clock.sleep(5_000);
  expect(expired).toEqual([1_000]);
});

test('expires later by the time in which memory could not be written', async () => {
  const { clock, store, timer, expired } = setUp();
  clock.setTimer(500, () => {
    store.downMs = 300;
  });
  clock.setTimer(1_100, () => {
    expect(timer.due).toBe(1_300);
    store.downMs = 400;
  });
  await clock.sleep(5_000);
  expect(expired).toEqual([1_400]);
});

test('does not expire while it cannot be written', async () => {
  const { clock, store, expired } = setUp();
  store.ready = clock.sleep(60_000).then(() => {
    store.ready = undefined;
    store.downMs = 60_000;
  });
  await clock.sleep(119_000);
  expect(expired).toEqual([]);
  await clock.sleep(5_000);
  expect(expired).toEqual([120_000]);
});

test('that was cancelled never does', async () => {
  const { clock, store, timer, expired } = setUp();
  store.ready = clock.sleep(2_000).then(() => {
    store.ready = undefined;
  });
  await clock.sleep(1_500);
  timer.cancel();
  await clock.sleep(5_000);
  expect(expired).toEqual([]);
});
