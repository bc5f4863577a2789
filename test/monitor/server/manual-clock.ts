import type { Clock } from '../../../src/base/clock.ts';
import { TimerQueue } from '../../../src/base/timer-queue.ts';

export interface ManualClock extends Clock {
  /** Time passes, and what is due by then runs. */
  advance(ms: number): void;
  /** Whether any timer is set. */
  readonly isIdle: boolean;
}

/** A clock that stands still until it is told to go on. */
export function createManualClock(): ManualClock {
  const timers = new TimerQueue();
  let time = 0;
  const clock: ManualClock = {
    kind: 'virtual',
    now: () => time,
    elapsed: () => time,
    skipTo: (elapsedMs) => {
      time = elapsedMs;
    },
    setTimer: (delayMs, fn) => timers.add(time + delayMs, fn),
    sleep: (delayMs) => new Promise((resolve) => timers.add(time + delayMs, resolve)),
    defer: (fn) => queueMicrotask(fn),
    external: (work) => work,
    realElapsed: () => time,
    realNow: () => time,
    stop: () => timers.clear(),
    get isIdle() {
      return timers.next() === undefined;
    },
    advance(ms) {
      const end = time + ms;
      for (let due = timers.next(); due !== undefined && due <= end; due = timers.next()) {
        time = Math.max(time, due);
        timers.take(time)?.();
      }
      time = end;
    },
  };
  return clock;
}
