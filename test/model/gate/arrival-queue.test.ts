import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ArrivalQueue } from '../../../src/model/gate/arrival-queue.ts';

class Item {
  isGone = false;
  readonly arrival: number;
  constructor(arrival: number) {
    this.arrival = arrival;
  }
}

function drain(queue: ArrivalQueue<Item>): number[] {
  const taken: number[] = [];
  for (let item = queue.peek(); item !== undefined; item = queue.peek()) {
    queue.take();
    taken.push(item.arrival);
  }
  return taken;
}

describe('ArrivalQueue', () => {
  test('gives out in the order of arrival', () => {
    const queue = new ArrivalQueue<Item>();
    for (const arrival of [1, 2, 3]) queue.add(new Item(arrival));
    expect(drain(queue)).toEqual([1, 2, 3]);
    expect(queue.peek()).toBeUndefined();
  });

  test('who is put back stands before all who came later', () => {
    const queue = new ArrivalQueue<Item>();
    const items = [1, 2, 3, 4, 5].map((arrival) => new Item(arrival));
    for (const item of items) queue.add(item);
    for (let i = 0; i < 3; i++) {
      queue.peek();
      queue.take();
    }
    for (const index of [2, 0, 1]) queue.putBack(items[index]!);
    expect(drain(queue)).toEqual([1, 2, 3, 4, 5]);
  });

  test('clears away what has gone, and what was taken', () => {
    const queue = new ArrivalQueue<Item>();
    const items = Array.from({ length: 10_000 }, (_, arrival) => new Item(arrival));
    for (const item of items) queue.add(item);
    for (const item of items.slice(10)) {
      item.isGone = true;
      queue.noteGone();
    }
    expect(queue.size).toBeLessThan(3_000);
    expect(drain(queue)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('keeps as little of what was taken as is wanted', () => {
    const queue = new ArrivalQueue<Item>(4);
    for (let arrival = 0; arrival < 100; arrival++) {
      queue.add(new Item(arrival));
      queue.peek();
      queue.take();
      expect(queue.size).toBeLessThanOrEqual(10);
    }
  });

  test('does not grow by those that come and go', () => {
    const queue = new ArrivalQueue<Item>();
    for (let arrival = 0; arrival < 20_000; arrival++) {
      const item = new Item(arrival);
      queue.add(item);
      if (arrival % 2 === 0) {
        expect(queue.peek()).toBe(item);
        queue.take();
      } else {
        item.isGone = true;
        queue.noteGone();
        expect(queue.peek()).toBeUndefined();
      }
    }
    expect(queue.size).toBeLessThan(3_000);
  });

  test('is always in order, whoever leaves and comes back', () => {
    const step = fc.oneof(
      fc.constant('add' as const),
      fc.constant('take' as const),
      fc.record({ back: fc.nat(20) }),
      fc.record({ gone: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new ArrivalQueue<Item>();
        let waiting: Item[] = [];
        const out: Item[] = [];
        let arrivals = 0;
        for (const each of steps) {
          if (each === 'add') {
            const item = new Item(arrivals++);
            waiting.push(item);
            queue.add(item);
          } else if (each === 'take') {
            const first = queue.peek();
            expect(first).toBe(waiting[0]);
            if (first === undefined) continue;
            queue.take();
            out.push(waiting.shift()!);
          } else if ('back' in each) {
            const [item] = out.splice(each.back % Math.max(1, out.length), 1);
            if (item === undefined) continue;
            waiting = [...waiting, item].sort((a, b) => a.arrival - b.arrival);
            queue.putBack(item);
          } else {
            const [item] = waiting.splice(each.gone % Math.max(1, waiting.length), 1);
            if (item === undefined) continue;
            item.isGone = true;
            queue.noteGone();
          }
        }
        expect(drain(queue)).toEqual(waiting.map(({ arrival }) => arrival));
      }),
    );
  });
});
