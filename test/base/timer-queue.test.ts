import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimerQueue } from '../../src/base/timer-queue.ts';

test('gives back what is due, earliest first, then in the order in which it was set, without the cancelled', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ due: fc.nat(50), cancel: fc.boolean() }), { maxLength: 300 }), (plan) => {
      const queue = new TimerQueue();
      const seen: number[] = [];
      const timers = plan.map(({ due }, i) => queue.add(due, () => seen.push(i)));
      plan.forEach(({ cancel }, i) => {
        if (cancel) timers[i]?.cancel();
      });
      for (let fn = queue.take(25); fn !== undefined; fn = queue.take(25)) fn();
      const expected = plan
        .map(({ due, cancel }, i) => ({ due, cancel, i }))
        .filter(({ due, cancel }) => due <= 25 && !cancel)
        .sort((a, b) => a.due - b.due || a.i - b.i)
        .map(({ i }) => i);
      expect(seen).toEqual(expected);
      const later = plan.filter(({ due, cancel }) => due > 25 && !cancel).map(({ due }) => due);
      expect(queue.next()).toBe(later.length === 0 ? undefined : Math.min(...later));
    }),
  );
});

test('cancelling twice, or after it fired, is nothing', () => {
  const queue = new TimerQueue();
  const timer = queue.add(1, () => {});
  queue.take(1)?.();
  timer.cancel();
  timer.cancel();
  expect(queue.next()).toBeUndefined();
});

test('clear drops everything', () => {
  const queue = new TimerQueue();
  queue.add(1, () => {});
  queue.clear();
  expect(queue.take(10)).toBeUndefined();
});
