import { expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { opened } from './bench.ts';

test('comes after each interval, the first after one, until its limit', async () => {
  const { source, texts, clock, endings, positions } = await opened({ kind: 'every', everyMs: 30_000, limit: 3 });
  source.start();
  await source.ended;
  expect(texts).toEqual([
    's 1: 2000-01-01T00:00:30.000Z',
    's 2: 2000-01-01T00:01:00.000Z',
    's 3: 2000-01-01T00:01:30.000Z',
  ]);
  expect([clock.elapsed(), endings, positions.at(-1)]).toEqual([90_000, [3], { n: 3 }]);
});

test('how long an offer takes moves no tick', async () => {
  const clock = createVirtualClock();
  const offer = () => clock.sleep(7);
  const { source, items } = await opened({ kind: 'every', everyMs: 10, limit: 4 }, { clock, offer });
  source.start();
  await source.ended;
  expect(items.map(({ data }) => Number(data?.at) - 946_684_800_000)).toEqual([10, 20, 30, 40]);
  expect(items.some(({ data }) => data?.skipped !== undefined)).toBe(false);
});

test('ticks that fall into a waiting offer are skipped, and counted in the next', async () => {
  const clock = createVirtualClock();
  const offer = ({ data }: { data?: { n?: unknown } }) => clock.sleep(data?.n === 1 ? 35 : 1);
  const { source, items } = await opened({ kind: 'every', everyMs: 10, limit: 3 }, { clock, offer: offer as never });
  source.start();
  await source.ended;
  expect(items.map(({ data }) => [Number(data?.at) - 946_684_800_000, data?.skipped])).toEqual([
    [10, undefined],
    [50, 3],
    [60, undefined],
  ]);
});

test('a resumed run goes on counting', async () => {
  const { source, texts } = await opened(
    { kind: 'every', everyMs: 5, limit: 6, text: '{{ n }}' },
    { position: { n: 4 } },
  );
  source.start();
  await source.ended;
  expect(texts).toEqual(['5', '6']);
});

test('stops at once, also while it waits', async () => {
  const { source, items, clock } = await opened({ kind: 'every', everyMs: 10 });
  source.start();
  await clock.sleep(25);
  await source.stop();
  await clock.sleep(100);
  expect(items).toHaveLength(2);
});

test('an interval longer than a timer of Node can be', async () => {
  const { source, clock } = await opened({ kind: 'every', everyMs: 40 * 86_400_000, limit: 1 });
  source.start();
  await source.ended;
  expect(clock.elapsed()).toBe(40 * 86_400_000);
});

test('comes by real time too', async () => {
  const { source, items, clock } = await opened({ kind: 'every', everyMs: 10, limit: 3 }, { virtual: false });
  source.start();
  await source.ended;
  expect(items).toHaveLength(3);
  expect(clock.elapsed()).toBeGreaterThanOrEqual(30);
});
