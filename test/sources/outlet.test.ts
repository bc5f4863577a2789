import { expect, test } from 'vitest';
import { createBench, createGate, createOutlet } from './bench.ts';

test('offers, counts and keeps, in this order', async () => {
  const order: string[] = [];
  const bench = createBench({ offer: async () => void order.push(`${bench.positions.length}`) });
  const outlet = createOutlet(bench);
  expect(outlet.next).toBe(1);
  expect(await outlet.give({ text: 'x' }, () => ({ offset: 4 }))).toBeUndefined();
  expect(outlet.next).toBe(2);
  expect(order).toEqual(['0']);
  expect(bench.positions).toEqual([{ offset: 4, n: 1 }]);
});

test('goes on counting from where it was', () => {
  expect(createOutlet(createBench({ position: { n: 4 } })).next).toBe(5);
  expect(createOutlet(createBench({ position: { n: 'x' } })).next).toBe(1);
});

test('ends at its limit, once', async () => {
  const bench = createBench({ position: { n: 1 } });
  const outlet = createOutlet(bench, { kind: 'http', limit: 2 });
  expect(outlet.isFull).toBe(false);
  await outlet.give({ text: 'x' });
  expect([outlet.isFull, outlet.isOver]).toEqual([true, true]);
  await outlet.ended;
  outlet.end();
  expect(bench.endings).toEqual([2]);
});

test('what is blank is passed over, uncounted, but where it was is kept', async () => {
  const bench = createBench();
  const outlet = createOutlet(bench);
  await outlet.give({ text: ' ' }, () => ({ offset: 9 }));
  expect([bench.items, outlet.next, bench.positions]).toEqual([[], 1, [{ offset: 9, n: 0 }]]);
});

test('each item that fails is told and passed over', async () => {
  const bench = createBench({ offer: async (item) => Promise.reject(new Error(`no ${item.text}`)) });
  const outlet = createOutlet(bench);
  expect(await outlet.give({ text: 'x' }, () => ({ offset: 1 }))).toEqual({ code: 'ERROR', message: 'no x' });
  await outlet.give({ text: 'x' });
  expect(bench.failures.map(({ message }) => message)).toEqual(['no x', 'no x']);
  expect(bench.positions[0]).toEqual({ offset: 1, n: 0 });
});

test('a template that fails at an item is told with its code', async () => {
  const bench = createBench();
  const outlet = createOutlet(bench, { kind: 'http', text: '{% for i in (1..1000000000) %}{{ n }}{% endfor %}' });
  const error = await outlet.give({ text: 'x', data: {} });
  expect(error?.code).toBe('TEMPLATE');
  expect(bench.failures).toEqual([error]);
});

test('an offer refused because all ends is not passed over', async () => {
  const offer = async (): Promise<void> => {
    outlet.stop();
    throw new Error('ends');
  };
  const bench = createBench({ offer });
  const outlet = createOutlet(bench);
  await outlet.give({ text: 'x' }, () => ({ offset: 1 }));
  expect([bench.failures, bench.positions]).toEqual([[], []]);
});

test('an offer taken after the stop is kept', async () => {
  const gate = createGate();
  const bench = createBench({ offer: gate.offer });
  const outlet = createOutlet(bench);
  const given = outlet.give({ text: 'x' });
  outlet.stop();
  gate.release();
  await given;
  expect(bench.positions).toEqual([{ n: 1 }]);
});

test('troubles are told once until they change, or are over; losses each time; none after the end', () => {
  const bench = createBench();
  const outlet = createOutlet(bench);
  for (const message of ['a', 'a', 'b', 'a']) outlet.fail(message);
  outlet.isFine();
  outlet.fail('a');
  outlet.warn('c');
  outlet.warn('c');
  outlet.stop();
  outlet.fail('d');
  expect(bench.failures.map(({ message }) => message).join('')).toBe('abaacc');
  expect(bench.failures[0]?.code).toBe('SOURCE_FAILED');
});

test('sleeps by the clock, and no longer than until it is stopped', async () => {
  const bench = createBench();
  const outlet = createOutlet(bench);
  await outlet.sleep(1_000);
  expect(bench.clock.elapsed()).toBe(1_000);
  const asleep = outlet.sleep(1_000);
  outlet.stop();
  await asleep;
  await outlet.sleep(1_000);
  expect(bench.clock.elapsed()).toBe(1_000);
});

test('one that is stopped has not ended', async () => {
  const bench = createBench();
  const outlet = createOutlet(bench);
  outlet.stop();
  outlet.end();
  const which = await Promise.race([outlet.ended.then(() => 'ended'), bench.clock.sleep(1).then(() => 'open')]);
  expect([which, bench.endings]).toEqual(['open', []]);
});
