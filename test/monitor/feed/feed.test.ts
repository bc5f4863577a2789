import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/base/clock.ts';
import { CHARTS_MS, FRAME_MS } from '../../../src/base/monitor-limits.ts';
import { Feed } from '../../../src/monitor/feed/feed.ts';
import { Watch } from '../../../src/monitor/feed/watch.ts';
import { History } from '../../../src/monitor/history/history.ts';
import type { FleetMessage } from '../../../src/monitor/messages.ts';
import { AGENT_STATES, STATE_LETTERS } from '../../../src/monitor/states.ts';
import type { RunEvent } from '../../../src/protocol.ts';
import { liveAt, record, toSource } from '../recorded.ts';
import { heldJournal, startFeed } from './live-feed.ts';
import { Reader } from './subscriber.ts';

describe('fleet', () => {
  test('is answered as it is, and followed by what changes, at most every frame', async () => {
    const { feed, happen, frames, reader } = startFeed();
    happen('agent.started');
    await feed.subscribe(reader, { type: 'subscribe', topic: 'fleet', id: 7 });
    expect(reader.take('fleet')).toEqual([{ type: 'fleet', id: 7, at: 1, states: 'o.....' }]);
    happen('agent.observed');
    happen('agent.decided');
    expect(reader.got).toEqual([]);
    await frames();
    expect(reader.take('fleet')).toEqual([{ type: 'fleet', at: 3, agents: [0], states: 's' }]);
    await frames(3);
    expect(reader.got).toEqual([]);
    feed.stop();
  });

  test('the frames of a whole rehearsal end where it ended', async () => {
    const { events, run } = await record();
    const clock = createVirtualClock();
    const history = new History(run.specs);
    const watch = new Watch({ ...toSource(run), live: liveAt(history) }, history);
    const feed = new Feed(watch, clock, JSON.stringify);
    const reader = new Reader();
    await feed.subscribe(reader, { type: 'subscribe', topic: 'fleet' });
    let states = reader.take('fleet')[0]!.states;
    const apply = ({ agents, states: letters }: FleetMessage) => {
      const next = [...states];
      for (const [i, letter] of [...letters].entries()) next[agents?.[i] ?? i] = letter;
      states = next.join('');
    };
    for (const event of events) {
      // The feed's clock beside the run's, and now and then a client that does not read.
      if (event.at > clock.elapsed()) await clock.sleep(event.at - clock.elapsed());
      history.append(event);
      feed.take(event);
      watch.take(event);
      reader.isSlow = event.seq % 10 > 6;
      for (const frame of reader.take('fleet')) apply(frame);
    }
    reader.isSlow = false;
    await clock.sleep(FRAME_MS + 1);
    for (const frame of reader.take('fleet')) apply(frame);
    expect(states).toBe([...watch.fold.states].map((state) => STATE_LETTERS[AGENT_STATES[state]!]).join(''));
    expect(states).toBe('DDDDDDF');
    feed.stop();
  });

  test('a second subscription replaces the first', async () => {
    const { feed, happen, frames, reader } = startFeed();
    await feed.subscribe(reader, { type: 'subscribe', topic: 'fleet' });
    await feed.subscribe(reader, { type: 'subscribe', topic: 'fleet', groups: ['b'] });
    reader.take('fleet');
    happen('agent.started', 'a/0');
    await frames();
    expect(reader.got).toEqual([]);
    happen('agent.started', 'b/0');
    await frames();
    expect(reader.take('fleet')).toMatchObject([{ agents: [3], states: 'o' }]);
    feed.stop();
  });

  test('one that is refused leaves the first', async () => {
    const { feed, happen, frames, reader } = startFeed();
    await feed.subscribe(reader, { type: 'subscribe', topic: 'fleet' });
    await expect(feed.subscribe(reader, { type: 'subscribe', topic: 'fleet', groups: ['z'] })).rejects.toThrow(
      'Cannot find group "z"',
    );
    happen('agent.started');
    await frames();
    expect(reader.take('fleet')).toHaveLength(2);
    feed.stop();
  });
});

describe('charts', () => {
  test('come whole, and then the buckets that changed, at most every half second', async () => {
    const { feed, happen, clock, reader } = startFeed();
    happen('agent.observed', 'a/0', 1, 50);
    await feed.subscribe(reader, { type: 'subscribe', topic: 'charts', id: 1 });
    expect(reader.take('charts')).toMatchObject([{ id: 1, first: 0, buckets: { turns: [1] } }]);
    happen('agent.observed', 'a/0', 2, 250);
    await clock.sleep(CHARTS_MS + 1);
    expect(reader.take('charts')).toMatchObject([{ first: 0, buckets: { turns: [1, 0, 1] } }]);
    happen('agent.observed', 'a/0', 3, 260);
    happen('agent.observed', 'a/0', 4, 310);
    await clock.sleep(CHARTS_MS + 1);
    expect(reader.take('charts')).toMatchObject([{ first: 2, buckets: { turns: [2, 1] }, totals: { turns: 4 } }]);
    feed.stop();
  });

  test('whose buckets have become wider come whole again', async () => {
    const { feed, happen, clock, reader } = startFeed();
    await feed.subscribe(reader, { type: 'subscribe', topic: 'charts' });
    await clock.sleep(CHARTS_MS + 1);
    reader.take('charts');
    happen('agent.observed', 'a/0', 1, 100_000);
    await clock.sleep(CHARTS_MS + 1);
    const [frame] = reader.take('charts');
    expect([frame?.widthMs, frame?.first, frame?.buckets.turns.length]).toEqual([200, 0, 501]);
    feed.stop();
  });

  test('of a run that has ended are told once more, and then no more', async () => {
    const { feed, happen, clock, reader } = startFeed();
    await feed.subscribe(reader, { type: 'subscribe', topic: 'charts' });
    reader.take('charts');
    happen('agent.observed');
    happen('run.finished');
    await clock.sleep(CHARTS_MS + 1);
    expect(reader.take('charts')).toMatchObject([{ totals: { turns: 1 } }]);
    await clock.sleep(4 * CHARTS_MS);
    expect(reader.got).toEqual([]);
    feed.stop();
  });
});

describe('limits', () => {
  test('come whole, and again when they have changed, at most every half second, made once for all', async () => {
    let encoded = 0;
    const { feed, clock, happen, reader } = startFeed(undefined, (message) => {
      encoded++;
      return JSON.stringify(message);
    });
    const other = new Reader();
    for (const one of [reader, other]) await feed.subscribe(one, { type: 'subscribe', topic: 'limits', id: 3 });
    const spent = (calls: number) => [{ group: 'a', calls }, { group: 'b' }];
    expect(reader.take('limits')).toMatchObject([{ id: 3, spent: spent(0), models: [], budgets: [] }]);
    other.got.splice(0);
    encoded = 0;
    happen('agent.decided');
    happen('agent.decided');
    await clock.sleep(CHARTS_MS + 1);
    expect(reader.take('limits')).toMatchObject([{ spent: spent(2) }]);
    expect(other.take('limits')).toMatchObject([{ spent: spent(2) }]);
    expect(encoded).toBe(1);
    await clock.sleep(4 * CHARTS_MS);
    expect(reader.got).toEqual([]);
    feed.stop();
  });

  test('are told to one who could not read, when it can', async () => {
    const { feed, clock, happen, reader } = startFeed();
    await feed.subscribe(reader, { type: 'subscribe', topic: 'limits' });
    reader.take('limits');
    reader.isSlow = true;
    happen('agent.decided');
    await clock.sleep(CHARTS_MS + 1);
    reader.isSlow = false;
    await clock.sleep(2 * CHARTS_MS);
    expect(reader.take('limits')).toMatchObject([{ spent: [{ calls: 1 }, { calls: 0 }] }]);
    feed.stop();
  });
});

describe('agent', () => {
  const told = (reader: Reader) =>
    reader.got
      .splice(0)
      .map(({ type, ...message }) =>
        type === 'events' && 'events' in message ? message.events.map((event) => (event as RunEvent).type) : type,
      );

  test('is answered, and followed by its events as they happen', async () => {
    const { feed, happen, reader } = startFeed();
    await feed.subscribe(reader, { type: 'subscribe', topic: 'agent', agent: 'a/1', id: 4 });
    expect(reader.got).toMatchObject([{ type: 'agent', id: 4, agent: 'a/1', state: 'unstarted', events: [] }]);
    reader.got.splice(0);
    happen('agent.started', 'a/1');
    happen('agent.started', 'a/0');
    happen('agent.observed', 'a/1');
    expect(told(reader)).toEqual([['agent.started'], ['agent.observed']]);
    expect(feed.unsubscribe(reader, { topic: 'agent', agent: 'a/1' })).toBe(1);
    happen('agent.stored', 'a/1');
    expect(told(reader)).toEqual([]);
    feed.stop();
  });

  test('what happens while its journal is read follows the answer', async () => {
    const { open, journal } = heldJournal();
    const { feed, happen, reader } = startFeed(journal);
    const subscribed = feed.subscribe(reader, { type: 'subscribe', topic: 'agent', agent: 'a/0' });
    happen('agent.started');
    expect(told(reader)).toEqual([]);
    open();
    await subscribed;
    happen('agent.observed');
    expect(told(reader)).toEqual(['agent', ['agent.started'], ['agent.observed']]);
    feed.stop();
  });

  test('one whose journal cannot be read is not followed', async () => {
    const { feed, happen, reader } = startFeed(() => Promise.reject(new Error('damaged')));
    const subscribed = feed.subscribe(reader, { type: 'subscribe', topic: 'agent', agent: 'a/0' });
    await expect(subscribed).rejects.toThrow('damaged');
    happen('agent.started');
    expect(reader.got).toEqual([]);
    expect(feed.unsubscribe(reader, { topic: 'agent' })).toBe(0);
  });

  test('the last events of one who could not read them are not lost unnoticed', async () => {
    const { feed, happen, frames, reader } = startFeed();
    await feed.subscribe(reader, { type: 'subscribe', topic: 'agent', agent: 'a/0' });
    reader.got.splice(0);
    reader.isSlow = true;
    happen('agent.ended');
    await frames();
    reader.isSlow = false;
    await frames(2);
    expect(reader.got).toEqual([{ type: 'events', agent: 'a/0', events: [], missed: 1 }]);
    feed.stop();
  });
});

describe('get', () => {
  test('answers each topic once, now and as it was', async () => {
    const { feed, happen, reader, frames } = startFeed();
    happen('agent.started', 'a/0', 0, 10);
    happen('agent.observed', 'a/0', 1, 20);
    const get = async (message: object) => JSON.parse(await feed.get({ type: 'get', ...message } as never)) as unknown;
    expect(await get({ topic: 'fleet', id: 1 })).toEqual({ type: 'fleet', id: 1, at: 20, states: 'd.....' });
    expect(await get({ topic: 'fleet', at: 10, groups: ['a'] })).toEqual({ type: 'fleet', at: 10, states: 'o..---' });
    expect(await get({ topic: 'charts', at: 15 })).toMatchObject({ at: 15, totals: { turns: 0 } });
    const none = { spent: [], models: [], budgets: [], more: 0 };
    expect(await get({ topic: 'limits', at: 15 })).toEqual({ type: 'limits', at: 15, ...none });
    expect(await get({ topic: 'limits' })).toMatchObject({ at: 20, spent: [{ group: 'a' }, { group: 'b' }] });
    expect(await get({ topic: 'log', at: 15 })).toMatchObject({ at: 15, events: [{ seq: 1 }] });
    expect(await get({ topic: 'log', limit: 0 })).toEqual({ type: 'log', at: 20, events: [] });
    expect(await get({ topic: 'agent', agent: 'a/0', at: 0 })).toMatchObject({ state: 'unstarted', at: 0 });
    for (const topic of [
      { topic: 'agent', agent: 'z/0' },
      { topic: 'log', agents: ['z/0'] },
    ]) {
      await expect(get(topic)).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' });
    }
    await frames();
    expect(reader.got).toEqual([]);
    expect(feed.fleet().states).toBe('d.....');
  });
});

describe('ending', () => {
  test('says how many subscriptions ended', async () => {
    const { feed, reader } = startFeed();
    await feed.subscribe(reader, { type: 'subscribe', topic: 'fleet' });
    await feed.subscribe(reader, { type: 'subscribe', topic: 'agent', agent: 'a/0' });
    await feed.subscribe(reader, { type: 'subscribe', topic: 'agent', agent: 'a/1' });
    const ended = (topic: 'fleet' | 'log' | 'agent') => feed.unsubscribe(reader, { topic });
    expect([ended('fleet'), ended('fleet'), ended('log'), ended('agent')]).toEqual([1, 0, 0, 2]);
    feed.stop();
  });

  test('when nobody is left nothing goes on, and one who comes later gets frames again', async () => {
    const { feed, clock, happen, frames, reader } = startFeed();
    for (const topic of ['fleet', 'log', 'charts', 'limits', 'agent']) {
      await feed.subscribe(reader, { type: 'subscribe', topic, ...(topic === 'agent' && { agent: 'a/0' }) } as never);
    }
    feed.drop(reader);
    reader.got.splice(0);
    happen('agent.started');
    happen('agent.decided');
    happen('agent.stored');
    await clock.sleep(10 * CHARTS_MS);
    expect(reader.got).toEqual([]);
    await feed.subscribe(reader, { type: 'subscribe', topic: 'fleet' });
    happen('agent.observed');
    await frames();
    expect(reader.take('fleet').map(({ states }) => states)).toEqual(['o.....', 'd']);
    feed.stop();
    happen('agent.ended');
    await frames(3);
    expect(reader.got).toEqual([]);
  });
});
