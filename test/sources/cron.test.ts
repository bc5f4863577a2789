import { expect, test } from 'vitest';
import { type Clock, createVirtualClock, VIRTUAL_EPOCH_MS } from '../../src/base/clock.ts';
import { opened } from './bench.ts';

const HOUR = 3_600_000;

test('comes when it is due, until its limit', async () => {
  const { source, texts, endings } = await opened({ kind: 'cron', cron: '0 3 * * *', limit: 2 });
  source.start();
  await source.ended;
  expect(texts).toEqual(['s 1: 2000-01-01T03:00:00.000Z', 's 2: 2000-01-02T03:00:00.000Z']);
  expect(endings).toEqual([2]);
});

test('takes its time zone', async () => {
  const { source, texts } = await opened({ kind: 'cron', cron: '0 3 * * *', timezone: 'Europe/Berlin', limit: 1 });
  source.start();
  await source.ended;
  expect(texts).toEqual(['s 1: 2000-01-01T02:00:00.000Z']);
});

test('keeps where it is from the start on', async () => {
  const { source, positions } = await opened({ kind: 'cron', cron: '0 * * * *', limit: 1 });
  source.start();
  expect(positions).toEqual([{ at: VIRTUAL_EPOCH_MS, n: 0 }]);
  await source.ended;
  expect(positions.at(-1)).toEqual({ at: VIRTUAL_EPOCH_MS + HOUR, n: 1 });
});

test('times that fall into a waiting offer are skipped, and counted in the next', async () => {
  const clock = createVirtualClock();
  const { source, items } = await opened(
    { kind: 'cron', cron: '0 * * * *', limit: 2 },
    { clock, offer: () => clock.sleep(2.5 * HOUR) },
  );
  source.start();
  await source.ended;
  expect(items.map(({ data }) => [data?.iso, data?.skipped])).toEqual([
    ['2000-01-01T01:00:00.000Z', undefined],
    ['2000-01-01T04:00:00.000Z', 2],
  ]);
});

test.each([
  [-3 * HOUR, '3 times'],
  [-1 * HOUR, 'one time'],
  [-5_000 * HOUR, '1000 or more times'],
])('what was missed while nobody ran (%d ms) is told once and not made up for', async (since, times) => {
  const position = { n: 7, at: VIRTUAL_EPOCH_MS + since };
  const { source, items, failures } = await opened({ kind: 'cron', cron: '0 * * * *', limit: 9 }, { position });
  source.start();
  await source.ended;
  expect(items.map(({ data }) => data?.n)).toEqual([8, 9]);
  expect(failures).toHaveLength(1);
  expect(failures[0]?.message).toContain(`Cannot make up for ${times} of source "s"`);
});

test('nothing is told where nothing was missed', async () => {
  const position = { n: 0, at: VIRTUAL_EPOCH_MS - 1 + 1 };
  const { source, failures } = await opened({ kind: 'cron', cron: '30 * * * *', limit: 1 }, { position });
  source.start();
  await source.ended;
  expect(failures).toEqual([]);
});

test('a schedule that never comes has ended', async () => {
  const { source, endings } = await opened({ kind: 'cron', cron: '0 0 30 2 *' });
  source.start();
  await source.ended;
  expect(endings).toEqual([0]);
});

test('stops while it waits', async () => {
  const { source, items, clock } = await opened({ kind: 'cron', cron: '0 * * * *' });
  source.start();
  await source.stop();
  await clock.sleep(3 * HOUR);
  expect(items).toEqual([]);
});

test('looks at the time of day in between, since a real clock can be set', async () => {
  const inner = createVirtualClock();
  let set = 0;
  const clock: Clock = Object.assign(Object.create(inner) as Clock, {
    now: () => inner.now() + set,
    elapsed: () => inner.elapsed(),
    setTimer: (ms: number, fn: () => void) => inner.setTimer(ms, fn),
    sleep: (ms: number) => inner.sleep(ms),
    stop: () => inner.stop(),
  });
  const { source } = await opened({ kind: 'cron', cron: '0 3 * * *', limit: 1 }, { clock, virtual: false });
  source.start();
  await inner.sleep(1_000);
  set = 3 * HOUR;
  await source.ended;
  expect(inner.elapsed()).toBe(60_000);
});

test('comes by real time too', async () => {
  const { source, items } = await opened({ kind: 'cron', cron: '* * * * * *', limit: 1 }, { virtual: false });
  source.start();
  await source.ended;
  expect(Number(items[0]?.data?.at) % 1_000).toBe(0);
});

test('refuses a schedule that cannot be read', async () => {
  await expect(opened({ kind: 'cron', cron: '99 * * * *' })).rejects.toThrow('its minute is "99"');
});
