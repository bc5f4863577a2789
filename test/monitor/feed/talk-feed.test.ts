import { describe, expect, test } from 'vitest';
import { CHARTS_MS, FRAME_MS } from '../../../src/base/monitor-limits.ts';
import { TalkFeed } from '../../../src/monitor/feed/talk-feed.ts';
import { startTalk, waitingCall } from '../said.ts';
import { startFeed } from './live-feed.ts';
import { Reader } from './subscriber.ts';

function start() {
  const talk = startTalk();
  const feed = new TalkFeed(talk.watch, JSON.stringify);
  const reader = new Reader();
  const say = (...said: Parameters<typeof talk.say>) => feed.take(talk.say(...said));
  return { ...talk, say, feed, reader };
}

describe('messages', () => {
  test('are told at first, and then what has changed', async () => {
    const { feed, reader, say } = start();
    say('a/0', 'b/0');
    await feed.subscribe(reader, { topic: 'messages' }, { id: 7 });
    expect(reader.take('messages')).toMatchObject([{ id: 7, talk: { edges: [{ from: 'a', to: 'b', total: 1 }] } }]);
    feed.flushNumbers();
    expect(reader.got).toEqual([]);
    say('a/0', 'b/0');
    feed.flush();
    expect(reader.got).toEqual([]);
    feed.flushNumbers();
    expect(reader.take('messages')).toMatchObject([{ talk: { edges: [{ total: 2 }] } }]);
  });

  test('those who want the same share it; another group replaces the first', async () => {
    const { feed, reader, say } = start();
    const other = new Reader();
    await feed.subscribe(reader, { topic: 'messages', group: 'a' }, {});
    await feed.subscribe(other, { topic: 'messages' }, {});
    await feed.subscribe(reader, { topic: 'messages' }, {});
    expect(feed.size).toBe(2);
    say('a/0', 'b/0');
    feed.flushNumbers();
    expect(reader.take('messages').at(-1)).toEqual(other.take('messages').at(-1));
    await expect(feed.subscribe(reader, { topic: 'messages', group: 'c' }, {})).rejects.toThrow('group "c"');
  });

  test('a slow one gets the whole when it reads again', async () => {
    const { feed, reader, say, bury } = start();
    await feed.subscribe(reader, { topic: 'messages' }, {});
    reader.take('messages');
    reader.isSlow = true;
    bury('a/0', 'ended');
    feed.flushNumbers();
    expect(reader.got).toEqual([]);
    reader.isSlow = false;
    say('a/0', 'b/0');
    feed.flushNumbers();
    const [frame] = reader.take('messages');
    expect(Object.keys(frame ?? {})).toEqual(
      expect.arrayContaining(['talk', 'mailboxes', 'letters', 'circles', 'waits']),
    );
    expect(frame?.letters?.counts).toEqual({ ended: 1 });
  });
});

test('a sequence: the whole, and then each message once', async () => {
  const { feed, reader, say } = start();
  say('a/0', 'b/0');
  await feed.subscribe(reader, { topic: 'sequence', agents: ['a/0', 'b/0', 'a/0'] }, { id: 1 });
  expect(reader.take('sequence')).toMatchObject([{ id: 1, whole: true, agents: ['a/0', 'b/0'], messages: [{}] }]);
  say('b/0', 'a/0', { body: 'Hi.' });
  feed.flush();
  feed.flush();
  expect(reader.take('sequence')).toMatchObject([{ messages: [{ body: 'Hi.' }] }]);
  await expect(feed.subscribe(reader, { topic: 'sequence', agents: ['x/0'] }, {})).rejects.toThrow('agent "x/0"');
  expect(feed.unsubscribe(reader, 'sequence')).toBe(1);
  expect(feed.unsubscribe(reader, 'sequence')).toBe(0);
  expect(feed.size).toBe(0);
});

test('an inbox: only how many, or all', async () => {
  const { feed, reader, approvals, happen } = start();
  approvals.push(waitingCall('a/0', 1));
  await feed.subscribe(reader, { topic: 'inbox', limit: 0 }, {});
  expect(reader.take('inbox')).toMatchObject([{ waiting: [], total: 1 }]);
  await feed.subscribe(reader, { topic: 'inbox' }, {});
  expect(reader.take('inbox')).toMatchObject([{ waiting: [{ agent: 'a/0' }], total: 1 }]);
  approvals.pop();
  const call = { id: 'c', name: 'pay', args: {} };
  feed.take(happen({ type: 'approval.requested', agent: 'a/1', turn: 1, call, callId: '1/c' }));
  feed.flush();
  expect(reader.take('inbox')).toMatchObject([{ waiting: [], gone: [{ agent: 'a/0' }], total: 0 }]);
});

test('once, as it is or was', async () => {
  const { feed, say } = start();
  say('a/0', 'b/0', { at: 10 });
  say('a/0', 'b/0', { at: 20 });
  const total = (answer: object) => (answer as { talk: { edges: { total: number }[] } }).talk.edges[0]?.total;
  expect(total(await feed.answer({ topic: 'messages' }, undefined))).toBe(2);
  expect(total(await feed.answer({ topic: 'messages' }, 15))).toBe(1);
  expect(await feed.answer({ topic: 'sequence', agents: ['a/0', 'b/0'] }, 5)).toMatchObject({ messages: [] });
  expect(await feed.answer({ topic: 'inbox' }, 5)).toMatchObject({ at: 5, waiting: [] });
  expect(feed.size).toBe(0);
});

test('by the feed, what is said comes with the next frame, the numbers half a second later', async () => {
  const { feed, happen, frames, reader } = startFeed();
  await feed.subscribe(reader, { type: 'subscribe', topic: 'sequence', agents: ['a', 'b'] });
  await feed.subscribe(reader, { type: 'subscribe', topic: 'messages' });
  await frames(CHARTS_MS / FRAME_MS);
  reader.got.length = 0;
  happen('message.sent', 'b/0');
  await frames();
  expect(reader.take('sequence')).toMatchObject([{ messages: [{ from: 'b/0', to: 'a/0' }] }]);
  await frames(CHARTS_MS / FRAME_MS);
  expect(reader.take('messages')).toHaveLength(1);
  feed.drop(reader);
  happen('message.sent', 'b/0');
  await frames(10);
  expect(reader.got).toEqual([]);
  feed.stop();
});
