import { describe, expect, test } from 'vitest';
import { type Decide, tool } from '../agent/harness.ts';
import { say, slowly, talk, useOnce } from './talk.ts';

describe('a topic', () => {
  test('reaches those who have subscribed, but for the one who says it', async () => {
    const it = talk({
      tools: [tool('all', (_, { mail }) => mail.subscribe('t').then(() => mail.publish('t', 'news')))],
      others: {
        b: { count: 2, group: { subscribe: ['t'] } },
        c: { group: { subscribe: ['{{ agent }} only', 'u'] } },
      },
      by: { 'agent/0': useOnce('all', {}) },
    });
    expect(await it.run()).toBe('finished');
    expect(it.replies()).toContain('agent/0 2');
    expect(['b/0', 'b/1', 'c/0', 'agent/0'].map(it.heard)).toEqual([['news'], ['news'], [], []]);
    expect(it.office.topics.of('c/0 only')).toEqual([]);
  });

  test('that nobody has subscribed to reaches nobody', async () => {
    const it = talk({ by: { 'agent/0': useOnce('publish', { topic: 'x', body: 'y' }) } });
    await it.run();
    expect(it.replies()).toEqual(['agent/0 {"topic":"x","receivers":0}']);
  });

  test('does not count those whose mailboxes have no room', async () => {
    const twice = tool('twice', async (_, { mail }) => [
      await mail.publish('t', 'one'),
      await mail.publish('t', 'two'),
    ]);
    const it = talk({
      tools: [twice],
      others: { b: { group: { subscribe: ['t'], mailbox: { size: 1, overflow: 'reject' } } } },
      by: { 'agent/0': useOnce('twice', {}), b: slowly(1_000) },
    });
    const end = it.run();
    it.supervisor.pause('b/0');
    await it.clock.sleep(1);
    it.supervisor.resume('b/0');
    await end;
    expect(it.replies()[0]).toBe('agent/0 [1,0]');
    expect(it.dead()).toEqual(['two full']);
  });

  test('is left again', async () => {
    const joins = tool('joins', async (_, { mail }) => {
      for (const topic of ['t', 'u']) await mail.subscribe(topic);
      await mail.subscribe('t');
      await mail.unsubscribe('t');
      await mail.unsubscribe('never');
      return true;
    });
    const it = talk({ tools: [joins], by: { 'agent/0': useOnce('joins', {}) }, keepOpen: true });
    const end = it.run();
    await it.clock.sleep(10);
    expect([it.office.topics.of('t'), it.office.topics.of('u')]).toEqual([[], ['agent/0']]);
    expect(it.ofType('agent.subscribed').map(({ topic }) => topic)).toEqual(['t', 'u']);
    expect(it.ofType('agent.unsubscribed').map(({ topic }) => topic)).toEqual(['t']);
    expect(await it.memory.snapshot('run', 'agent/0')).toMatchObject({ topics: ['u'] });
    it.supervisor.drain('over');
    await end;
  });

  test('cannot be called anything', async () => {
    const it = talk({ by: { 'agent/0': useOnce('publish', { topic: 'a\nb', body: 'y' }) } });
    await it.run();
    expect(it.failures()).toEqual(['agent/0']);
  });

  test('is still subscribed to after a restart', async () => {
    let failures = 0;
    const it = talk({
      others: { b: { items: [{ template: 'join' }], group: { restart: 'transient' } } },
      by: {
        'agent/0': slowly(60_000, useOnce('publish', { topic: 't', body: 'news' })),
        b: (({ observation }) => {
          if (observation.kind === 'results') return { reply: 'in' };
          if (observation.text === 'join') return say('subscribe', { topic: 't' });
          if (failures++ === 0) throw new Error('once');
          return { reply: `heard ${observation.text}` };
        }) as Decide,
      },
    });
    const end = it.run();
    await it.clock.sleep(10);
    void it.office.input('user', 'b/0', 'stumble');
    expect(await end).toBe('finished');
    expect(it.ofType('agent.restarting')).toHaveLength(1);
    expect(it.heard('b/0').at(-1)).toBe('news');
  });
});

describe('an agent that finishes', () => {
  test('ends as done with its last answer, and what waits for it is dead', async () => {
    const it = talk({
      others: { b: {} },
      by: { 'agent/0': useOnce('ask', { to: 'b', body: 'how' }), b: () => say('finish', { reply: 'bye' }) },
    });
    const end = it.run();
    await it.clock.sleep(0);
    expect(await end).toBe('finished');
    expect(it.replies()).toEqual(['b/0 bye', 'agent/0 {"from":"b/0","answer":"bye"}']);
    expect(await it.memory.snapshot('run', 'b/0')).toMatchObject({ status: 'done', reply: 'bye' });
  });

  test('takes nothing more of its own list', async () => {
    const it = talk({ items: [{ template: 'one' }, { template: 'two' }], by: { agent: () => say('finish') } });
    const end = it.run();
    void it.office.input('user', 'agent/0', 'late');
    expect(await end).toBe('finished');
    expect(it.ofType('agent.observed')).toHaveLength(1);
    expect(it.ofType('agent.ended')).toMatchObject([{ status: 'done' }]);
  });
});
