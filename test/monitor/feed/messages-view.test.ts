import { describe, expect, test } from 'vitest';
import { MAILBOXES_TOLD, TALK_EDGES_TOLD } from '../../../src/base/monitor-limits.ts';
import { MessagesView } from '../../../src/monitor/feed/messages-view.ts';
import { Watch } from '../../../src/monitor/feed/watch.ts';
import { History } from '../../../src/monitor/history/history.ts';
import type { RunEvent } from '../../../src/protocol.ts';
import { messageOf, sourceOf, specsOf } from '../recorded.ts';
import { startTalk } from '../said.ts';

test('nothing yet', () => {
  const view = new MessagesView(startTalk().watch);
  expect(view.all()).toEqual({
    type: 'messages',
    at: 0,
    from: 0,
    talk: { edges: [], rest: { total: 0, kinds: {}, perSecond: 0 } },
    mailboxes: { total: 0, fullest: [], histogram: [6] },
    letters: { counts: {}, newest: [] },
    circles: [],
    waits: { total: 0, longest: [] },
  });
  expect(view.changes()).toBeUndefined();
});

test('the parts that have changed, and no others', () => {
  const { watch, say, observe, bury, happen } = startTalk();
  const view = new MessagesView(watch);
  say('a/0', 'b/0', { kind: 'ask' });
  watch.advance();
  const first = view.changes();
  expect(Object.keys(first ?? {}).sort()).toEqual(['at', 'from', 'mailboxes', 'talk', 'type', 'waits']);
  expect(first?.talk?.edges).toEqual([{ from: 'a', to: 'b', total: 1, kinds: { ask: 1 }, perSecond: 1 }]);
  expect(first?.waits).toEqual({ total: 1, longest: [{ agent: 'a/0', for: 'b/0', asks: 1, since: 1 }] });
  observe('b/0');
  expect(view.changes()?.mailboxes).toMatchObject({ total: 0, fullest: [] });
  bury('b/1', 'ended');
  expect(Object.keys(view.changes() ?? {})).toContain('letters');
  happen({ type: 'message.deadlock', agents: ['a/0', 'b/0'], broken: 'a/0' });
  expect(view.changes()?.circles).toMatchObject([{ type: 'message.deadlock', broken: 'a/0' }]);
  expect(view.changes()).toBeUndefined();
  expect(view.all().letters?.newest).toMatchObject([{ reason: 'ended', message: { to: 'b/1' } }]);
});

describe('mailboxes', () => {
  test('are told from what is sent, observed, and dead', () => {
    const { watch, say, observe, bury } = startTalk();
    for (let i = 0; i < 5; i++) say('user', 'b/0', { kind: 'input' });
    say('a/0', 'b/1');
    say('b/0', 'a/0', { kind: 'reply' });
    observe('b/0', 2);
    bury('b/0', 'dropped');
    bury('b/0', 'no-such-agent');
    expect(new MessagesView(watch).all().mailboxes).toEqual({
      total: 3,
      fullest: [
        { agent: 'b/0', messages: 2 },
        { agent: 'b/1', messages: 1 },
      ],
      histogram: [4, 1, 1],
    });
  });

  test('only the fullest are named', () => {
    const specs = specsOf(200);
    const history = new History(specs);
    for (let seq = 1; seq <= 300; seq++) {
      const to = `a/${seq % 3 === 0 ? seq % 10 : seq % 200}`;
      const message = messageOf({ to });
      history.append({ seq, at: seq, type: 'message.sent', agent: 'user', message } as RunEvent);
    }
    const { mailboxes } = new MessagesView(new Watch(sourceOf(specs), history)).all();
    expect(mailboxes?.total).toBe(300);
    expect(mailboxes?.fullest).toHaveLength(MAILBOXES_TOLD);
    const counts = mailboxes?.fullest.map(({ messages }) => messages) ?? [];
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect(counts[0]).toBeGreaterThan(9);
    expect(mailboxes?.histogram.reduce((sum, agents) => sum + agents, 0)).toBe(200);
  });
});

test('with a group its members are told one by one', () => {
  const { watch, say } = startTalk();
  say('a/0', 'b/0');
  say('a/1', 'b/0');
  say('a/1', 'a/2');
  const view = new MessagesView(watch, 'b').all();
  expect(view.group).toBe('b');
  expect(view.talk?.edges).toMatchObject([{ from: 'a', to: 'b/0', total: 2 }]);
  expect(() => new MessagesView(watch, 'c')).toThrow('Cannot find group "c"');
});

test('as it was at a moment', () => {
  const { watch, say, observe, bury } = startTalk();
  say('a/0', 'b/0', { at: 10 });
  observe('b/0');
  say('a/0', 'b/0', { at: 20 });
  bury('b/0', 'expired');
  const then = new MessagesView(watch, undefined, 10).all();
  expect([then.at, then.talk?.edges[0]?.total, then.mailboxes?.total, then.letters?.counts]).toEqual([10, 1, 1, {}]);
  const before = new MessagesView(watch, undefined, 5).all();
  expect([before.talk?.edges, before.mailboxes?.total]).toEqual([[], 0]);
  expect(new MessagesView(watch).all().letters?.counts).toEqual({ expired: 1 });
});

test('a second is taken over the last 10 s', () => {
  const { watch, say, happen } = startTalk();
  for (let i = 0; i < 40; i++) say('a/0', 'b/0', { at: 1_000 + i * 500 });
  const [edge] = new MessagesView(watch).all().talk?.edges ?? [];
  expect(edge).toMatchObject({ total: 40, perSecond: 2 });
  happen({ type: 'agent.stored', agent: 'a/0', turn: 1 }, 60_000);
  expect(new MessagesView(watch).all().talk?.edges[0]?.perSecond).toBe(0);
});

test('of many edges the busiest are told, the rest is summed', () => {
  const specs = specsOf(40);
  const history = new History(specs);
  let seq = 0;
  for (let from = 0; from < 40; from++) {
    for (let to = 0; to < 10; to++) {
      const message = messageOf({ from: `a/${from}`, to: `a/${to}` });
      history.append({ seq: ++seq, at: 1, type: 'message.sent', agent: message.from, message } as RunEvent);
    }
  }
  const { talk } = new MessagesView(new Watch(sourceOf(specs), history), 'a').all();
  expect(talk?.edges).toHaveLength(TALK_EDGES_TOLD);
  expect(talk?.rest.total).toBe(400 - TALK_EDGES_TOLD);
});
