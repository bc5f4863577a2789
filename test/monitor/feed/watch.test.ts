import { describe, expect, test } from 'vitest';
import { Watch } from '../../../src/monitor/feed/watch.ts';
import { History } from '../../../src/monitor/history/history.ts';
import { CHUNK_ROWS } from '../../../src/monitor/history/rows.ts';
import { AGENT_STATES } from '../../../src/monitor/states.ts';
import type { RunSummary } from '../../../src/protocol.ts';
import { appendMany, asLive, factOf, liveAt, record, sourceOf, specsOf } from '../recorded.ts';

const specs = specsOf(2, ['a', 'b']);
const watchOf = (history = new History(specs)) => new Watch(sourceOf(specs), history);

describe('groups', () => {
  test('are those of the agents, in their order', () => {
    const watch = watchOf();
    expect(watch.groups).toEqual([
      { name: 'a', first: 0, count: 2, model: 'model', tools: [] },
      { name: 'b', first: 2, count: 2, model: 'model', tools: [] },
    ]);
    expect([...watch.groupOf]).toEqual([0, 0, 1, 1]);
    expect([...watch.groupPlaces(['b', 'a', 'b'])]).toEqual([1, 0]);
    expect([...watch.groupPlaces([])]).toEqual([]);
  });

  test('and agents that are not there are refused', () => {
    const watch = watchOf();
    expect(watch.positionOf('b/1')).toBe(3);
    expect(() => watch.positionOf('b/2')).toThrow('Cannot find agent "b/2": addresses are "group/index"');
    expect(() => watch.groupPlaces(['a', 'c'])).toThrow('Cannot find group "c": the run has a, b');
    expect(() => watch.groupPlaces(['c'])).toThrow(expect.objectContaining({ code: 'GROUP_UNKNOWN' }));
  });
});

describe('time', () => {
  test('of a live run is its clock, in microseconds, and stands still at its end', () => {
    const history = new History(specs);
    let elapsed = 1.000_04;
    const watch = new Watch(sourceOf(specs, { live: { ...liveAt(history), elapsed: () => elapsed } }), history);
    expect([watch.isLive, watch.at]).toEqual([true, 1]);
    elapsed = 1_234.567_89;
    expect(watch.at).toBe(1_234.568);
    watch.advance();
    expect(watch.series.length).toBe(13);
    const end = { seq: 1, at: 1_500, ...factOf('run.finished', '') } as never;
    history.append(end);
    expect(watch.take(end)).toBe(true);
    elapsed = 99_999;
    expect([watch.isLive, watch.at]).toEqual([false, 1_500]);
  });

  test('of a stored run is that of its last event', async () => {
    const { source, history } = await record();
    const watch = new Watch(source, history);
    expect([watch.isLive, watch.at]).toEqual([false, history.at]);
  });
});

describe('how the run stood', () => {
  test('now and at any moment, whoever asks first', async () => {
    const { source, events } = await record();
    const { history } = asLive({ source });
    const watch = new Watch(source, history);
    for (const event of events) history.append(event);
    const states = (at?: number) => [...watch.foldAt(at).states].map((state) => AGENT_STATES[state]);
    expect(states(-1)).toEqual(Array(7).fill('unstarted'));
    expect(states(0)).toEqual([...Array(4).fill('decide'), 'waiting', 'waiting', 'decide']);
    expect(states().slice(0, 4)).toEqual(Array(4).fill('done'));
    expect(states(1e9)).toEqual(states());
    expect(watch.foldAt(undefined)).toBe(watch.fold);
  });

  test('though nobody has asked while many chunks were dropped', () => {
    const history = new History(specs, undefined, 1);
    const watch = watchOf(history);
    appendMany(history, 3 * CHUNK_ROWS + 5, factOf('agent.observed', 'a/0', 1));
    expect(watch.foldAt(undefined).totals.turns).toBe(3 * CHUNK_ROWS + 5);
    const all = watch.series.read(0).turns;
    expect(all.reduce((sum, turns) => sum + turns, 0)).toBe(3 * CHUNK_ROWS + 5);
    expect(watch.info().from).toBe(3 * CHUNK_ROWS);
    expect(watch.foldAt(0).totals.turns).toBe(3 * CHUNK_ROWS);
  });

  test('for two watches of the same history', () => {
    const history = new History(specs, undefined, 1);
    const [first, second] = [watchOf(history), watchOf(history)];
    appendMany(history, 2 * CHUNK_ROWS + 5, factOf('agent.observed', 'a/0', 1));
    expect(first.foldAt(undefined).totals.turns).toBe(2 * CHUNK_ROWS + 5);
    expect(second.foldAt(undefined).totals.turns).toBe(2 * CHUNK_ROWS + 5);
  });

  test('for one that comes when much is gone', () => {
    const history = new History(specs, undefined, 1);
    appendMany(history, 2 * CHUNK_ROWS + 5, factOf('agent.observed', 'a/0', 1));
    expect(watchOf(history).foldAt(undefined).totals.turns).toBe(2 * CHUNK_ROWS + 5);
  });
});

test('the run as clients know it, before and after its end', async () => {
  const { source, summary } = await record();
  const { source: live, history } = asLive({ source });
  const watch = new Watch({ ...live, scenario: { about: 'What it shows.', params: {} } }, history);
  const info = {
    id: source.record.id,
    scenario: 'orders',
    about: 'What it shows.',
    status: 'running',
    seed: 3,
    virtual: true,
    startedAt: '2000-01-01T00:00:00.000Z',
    agents: 7,
    live: true,
    from: 0,
  };
  expect(watch.info()).toEqual(info);
  const facts = (['agent.started', 'run.draining', 'run.stalled', 'run.finished'] as const).map((type) =>
    watch.take({ seq: 1, at: 0, ...factOf(type, 'clerk/0') } as never),
  );
  expect(facts).toEqual([false, true, true, true]);
  expect(watch.info()).toEqual({ ...info, status: 'done', live: false });
  watch.finish({ ...summary, status: 'failed' } as RunSummary);
  expect(watch.info()).toMatchObject({ status: 'failed', live: false, summary: { run: summary.run } });
});
