import { expect, test } from 'vitest';
import { toCharts } from '../../../src/monitor/feed/charts.ts';
import { Watch } from '../../../src/monitor/feed/watch.ts';
import { asLive, record } from '../recorded.ts';

const none = { at: [], p50: [], p99: [] };
const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);

async function start() {
  const recorded = await record();
  return { ...recorded, watch: new Watch(recorded.source, recorded.history) };
}

test('has the numbers of the whole run', async () => {
  const { watch, summary, history } = await start();
  const charts = toCharts(watch, none);
  const { turns, replies, modelCalls, messages } = summary;
  expect(charts).toMatchObject({ type: 'charts', at: history.at, widthMs: 100, first: 0 });
  expect(charts.totals).toMatchObject({ turns, replies, modelCalls, messages });
  expect(charts.totals).toMatchObject({ toolCalls: summary.toolCalls.total, toolFailures: summary.toolCalls.failed });
  expect(sum(charts.buckets.turns)).toBe(turns);
  expect(sum(charts.buckets.toolCalls)).toBe(summary.toolCalls.total);
  for (const column of [...Object.values(charts.buckets.states), charts.buckets.turns, charts.buckets.failures]) {
    expect(column).toHaveLength(Math.floor(history.at / 100) + 1);
  }
  expect(charts.flow['observe>decide']).toBe(turns);
  // Four who were done, and two to whom nothing more would come.
  expect(charts.flow['observe>done']).toBe(6);
  expect(charts.flow['decide>failed']).toBe(1);
});

test('lists tools and models by how often they were called', async () => {
  const { watch } = await start();
  const { tools, models } = toCharts(watch, none);
  const rows = tools.map(({ name, calls, failed }) => [name, calls, failed]).sort();
  expect(rows).toEqual([
    ['failing', 12, 12],
    ['lookup', 12, 0],
    ['tell', 12, 0],
  ]);
  const lookup = tools.find(({ name }) => name === 'lookup');
  expect(lookup?.maxMs).toBe(500);
  expect(Math.abs((lookup?.p50Ms ?? 0) - 500)).toBeLessThanOrEqual(25);
  expect(models.map(({ name, calls, failed }) => [name, calls, failed])).toEqual([
    ['clerk', 24, 0],
    ['hub', 12, 0],
    ['broke', 1, 1],
  ]);
});

test('an update brings the buckets from the first that changed on', async () => {
  const { watch } = await start();
  const all = toCharts(watch, none).buckets;
  const some = toCharts(watch, none, { first: 20 });
  expect(some.first).toBe(20);
  expect(some.buckets.turns).toEqual(all.turns.slice(20));
  expect(some.buckets.states.decide).toEqual(all.states.decide.slice(20));
});

test('at a moment is what was told then', async () => {
  const { watch, source, events } = await start();
  for (const at of [0, 999, 1_000, 4_321.5]) {
    const live = asLive({ source });
    for (const event of events) if (event.at <= at) live.history.append(event);
    const then = new Watch({ ...live.source, live: { ...live.source.live!, elapsed: () => at } }, live.history);
    const exact = toCharts(then, none);
    const told = toCharts(watch, none, { at });
    expect({ ...told, tools: undefined, models: undefined }).toEqual({ ...exact, tools: undefined, models: undefined });
    const byName = (rows: typeof told.tools) => [...rows].sort((a, b) => a.name.localeCompare(b.name));
    expect(byName(told.tools)).toEqual(byName(exact.tools));
    expect(byName(told.models)).toEqual(byName(exact.models));
  }
});

test('before the first event there is one bucket, in which nobody has started', async () => {
  const { watch } = await start();
  const { buckets, totals } = toCharts(watch, none, { at: -1 });
  expect(buckets.states.unstarted).toEqual([7]);
  expect(buckets.turns).toEqual([0]);
  expect(sum(Object.values(totals))).toBe(0);
});

test('the event loop’s delay is told up to the moment', async () => {
  const { watch } = await start();
  const delays = { at: [100, 200, 300], p50: [1, 2, 3], p99: [4, 5, 6] };
  expect(toCharts(watch, delays).loopDelay).toEqual(delays);
  expect(toCharts(watch, delays, { at: 200 }).loopDelay).toEqual({ at: [100, 200], p50: [1, 2], p99: [4, 5] });
});
