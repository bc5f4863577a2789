import { describe, expect, test } from 'vitest';
import type { Message, RunEvent, RunFact } from '../../src/protocol.ts';
import { OutcomeTracker, toDeadError } from '../../src/sources/outcome-tracker.ts';
import { Outcomes } from '../../src/sources/outcomes.ts';
import { toMessage } from '../messages.ts';

/** Items `a` and `b`, of which nothing has been heard yet. */
function setUp() {
  const outcomes = new Outcomes({ keep: () => {}, forget: () => {} });
  for (const id of ['a', 'b']) outcomes.add({ id, source: 's', status: 'waiting', digest: id }, { text: id });
  const tracker = new OutcomeTracker(outcomes);
  let seq = 0;
  const take = (fact: RunFact) => tracker.take({ seq: ++seq, at: seq, ...fact } as RunEvent);
  const message = (id: string, more: Partial<Message> = {}) =>
    toMessage({ id, from: 'source:s', to: 'x/0', kind: 'input', ...more });
  const sent = (id: string, more: Partial<Message> = {}) =>
    take({ type: 'message.sent', agent: 'source:s', message: message(id, more) });
  const observed = (id: string | undefined, turn: number, agent = 'x/0', kind = 'message') =>
    take({
      type: 'agent.observed',
      agent,
      turn,
      observation: { kind, text: 't', ...(id !== undefined && { message: message(id) }) },
    } as RunFact);
  const replied = (reply: string, turn: number, agent = 'x/0') =>
    take({ type: 'agent.replied', agent, turn, observation: 't', reply });
  const ended = (status: 'done' | 'failed' | 'stopped', agent = 'x/0') =>
    take({ type: 'agent.ended', agent, status, turns: 1, criticalPathMs: 0 } as RunFact);
  const dead = (id: string, reason: 'expired' | 'set-aside' | 'dropped') =>
    take({ type: 'message.dead', letter: { message: message(id), reason, at: 0 } });
  return { outcomes, tracker, take, sent, observed, replied, ended, dead, get: (id: string) => outcomes.get(id) };
}

test('waits where it was sent, is worked on, and is done by the answer', () => {
  const { sent, observed, replied, take, get } = setUp();
  sent('a', { user: 'ada' });
  expect(get('a')).toMatchObject({ status: 'waiting', agent: 'x/0', user: 'ada' });
  observed('a', 7);
  expect(get('a')).toMatchObject({ status: 'working', agent: 'x/0', firstTurn: 7 });
  observed(undefined, 8, 'x/0', 'results');
  observed(undefined, 9, 'x/0', 'correction');
  take({ type: 'agent.replied', agent: 'x/0', turn: 9, observation: 't', reply: '{"n":1}', output: { n: 1 } });
  expect(get('a')).toMatchObject({ status: 'done', agent: 'x/0', reply: '{"n":1}', output: { n: 1 }, turns: 3 });
  // What it says later is about something else.
  replied('other', 10);
  expect(get('a')).toMatchObject({ reply: '{"n":1}' });
});

describe('one who waits observes a message before it is told', () => {
  const observe = (set: ReturnType<typeof setUp>, message: Message, turn = 1) =>
    set.take({ type: 'agent.observed', agent: message.to, turn, observation: { kind: 'message', text: 't', message } });
  const tell = (set: ReturnType<typeof setUp>, message: Message) =>
    set.take({ type: 'message.sent', agent: message.from, message });
  const input = { from: 'source:s', to: 'x/0', kind: 'input' } as const;

  test('an item, with its user', () => {
    const set = setUp();
    const message = toMessage({ ...input, id: 'a', user: 'ada' });
    observe(set, message);
    expect(set.get('a')).toMatchObject({ status: 'working', agent: 'x/0', user: 'ada' });
    tell(set, message);
    expect(set.get('a')).toMatchObject({ status: 'working' });
    set.replied('yes', 1);
    expect(set.get('a')).toMatchObject({ status: 'done', user: 'ada' });
  });

  test('one that is answered by then', () => {
    const set = setUp();
    const message = toMessage({ ...input, id: 'a' });
    observe(set, message);
    set.replied('yes', 1);
    tell(set, message);
    expect(set.get('a')).toMatchObject({ status: 'done', reply: 'yes' });
  });

  test('a dead letter that is sent again', () => {
    const set = setUp();
    set.sent('a');
    set.dead('a', 'expired');
    const message = toMessage({ ...input, id: 'a~1' });
    observe(set, message);
    tell(set, message);
    set.replied('now', 1);
    expect(set.get('a')).toMatchObject({ status: 'done', reply: 'now' });
    tell(set, message);
    expect(set.get('a')).toMatchObject({ status: 'done' });
  });

  test('what is handed over', () => {
    const set = setUp();
    set.sent('a');
    set.observed('a', 1);
    const message = toMessage({ id: 'h', kind: 'handoff', from: 'x/0', to: 'y/0', causation: 'a' });
    observe(set, message, 5);
    tell(set, message);
    set.replied('of something else', 1);
    expect(set.get('a')).toMatchObject({ status: 'working', agent: 'y/0' });
    set.replied('done', 5, 'y/0');
    expect(set.get('a')).toMatchObject({ status: 'done', reply: 'done' });
  });
});

test('is told apart by the agent that works on it', () => {
  const { sent, observed, replied, get } = setUp();
  sent('a');
  sent('b', { to: 'x/1' });
  observed('a', 1);
  observed('b', 1, 'x/1');
  replied('to b', 1, 'x/1');
  replied('to a', 1);
  expect([get('a')?.reply, get('b')?.reply]).toEqual(['to a', 'to b']);
});

test('goes by the name in its message', () => {
  const { sent, observed, replied, get } = setUp();
  sent('a', { kind: 'tell', user: 'x' });
  sent('b', { from: 'user' });
  expect([get('a')?.agent, get('b')?.agent]).toEqual([undefined, undefined]);
  observed('someone-else', 1);
  replied('x', 1);
  expect([get('a')?.status, get('b')?.status]).toEqual(['waiting', 'waiting']);
});

describe('ends without an answer', () => {
  test('as done, when its agent takes something else, or waits for a message', () => {
    const { sent, observed, take, get } = setUp();
    sent('a');
    sent('b');
    observed('a', 1);
    observed('b', 2);
    expect(get('a')).toMatchObject({ status: 'done' });
    expect(get('a')).not.toHaveProperty('reply');
    for (const reason of ['to be resumed', 'its restart', 'the end of the run']) {
      take({ type: 'agent.waiting', agent: 'x/0', for: reason });
      expect(get('b')?.status).toBe('working');
    }
    take({ type: 'agent.waiting', agent: 'x/0', for: 'a message' });
    expect(get('b')?.status).toBe('done');
  });

  test('as failed, when it was given up on', () => {
    const { sent, observed, dead, take, get } = setUp();
    sent('a');
    observed('a', 3);
    dead('a', 'set-aside');
    expect(get('a')?.status).toBe('working');
    const error = { code: 'MODEL', message: 'no' };
    take({ type: 'agent.set-aside', agent: 'x/0', turn: 4, observation: 't', error, attempts: 2 });
    expect(get('a')).toMatchObject({ status: 'failed', error, turns: 2 });
  });

  test('as failed with the error of its agent, or since that was stopped', () => {
    const { sent, observed, take, ended, get } = setUp();
    sent('a');
    sent('b', { to: 'x/1' });
    observed('a', 1);
    observed('b', 1, 'x/1');
    const error = { code: 'MODEL', message: 'no' };
    take({ type: 'agent.ended', agent: 'x/0', status: 'failed', turns: 1, criticalPathMs: 0, error });
    ended('stopped', 'x/1');
    expect(get('a')).toMatchObject({ status: 'failed', error });
    expect(get('b')).toMatchObject({ status: 'failed', error: { message: 'Cannot answer: agent "x/1" was stopped' } });
  });

  test('as done, when its agent has ended its life well', () => {
    const { sent, observed, ended, get } = setUp();
    sent('a');
    observed('a', 1);
    ended('done');
    expect(get('a')).toMatchObject({ status: 'done' });
  });

  test.each(['expired', 'dropped'] as const)('as dead, when nobody observes it: %s', (reason) => {
    const { sent, dead, get } = setUp();
    sent('a');
    dead('a', reason);
    expect(get('a')).toMatchObject({ status: 'dead', agent: 'x/0', error: toDeadError('x/0', reason) });
  });
});

test('an agent that has failed and tries again is still at it', () => {
  const { sent, observed, replied, get } = setUp();
  sent('a');
  observed('a', 1);
  observed('a', 2);
  replied('at last', 2);
  expect(get('a')).toMatchObject({ status: 'done', reply: 'at last', turns: 2 });
});

test('a dead letter that is sent again is the same item', () => {
  const { sent, observed, replied, dead, get } = setUp();
  sent('a');
  dead('a', 'expired');
  sent('a~12', { to: 'x/3' });
  expect(get('a')).toMatchObject({ status: 'waiting', agent: 'x/3', message: 'a~12' });
  expect(get('a')).not.toHaveProperty('error');
  observed('a~12', 1, 'x/3');
  replied('now', 1, 'x/3');
  expect(get('a')).toMatchObject({ status: 'done', reply: 'now' });
});

test('whoever it is handed over to answers it', () => {
  const { sent, observed, replied, take, get } = setUp();
  sent('a');
  observed('a', 1);
  const handoff = toMessage({ id: 'h', kind: 'handoff', from: 'x/0', to: 'y/0', causation: 'a' });
  take({ type: 'message.sent', agent: 'x/0', message: handoff });
  expect(get('a')).toMatchObject({ status: 'waiting', agent: 'y/0', message: 'h' });
  replied('of something else', 1);
  observed('h', 5, 'y/0');
  replied('done', 5, 'y/0');
  expect(get('a')).toMatchObject({ status: 'done', agent: 'y/0', reply: 'done', turns: 1 });
  // Others say what they like of what it caused.
  take({ type: 'message.sent', agent: 'x/0', message: { ...handoff, id: 'h2' } });
  expect(get('a')).toMatchObject({ status: 'done' });
});

test('text is told of what the agent works on', () => {
  const { outcomes, tracker, sent, observed, replied, take } = setUp();
  const heard: unknown[] = [];
  outcomes.follow('a', { changed: () => {}, wrote: (...told) => heard.push(told) });
  sent('a');
  const write = (text: string) => take({ type: 'agent.streamed', agent: 'x/0', turn: 1, text });
  write('before');
  expect(tracker.isRead('x/0')).toBe(false);
  observed('a', 1);
  expect([tracker.isRead('x/0'), tracker.isRead('x/1')]).toEqual([true, false]);
  write('of it');
  replied('of it', 1);
  write('after');
  expect(heard).toEqual([['of it', 1]]);
});

describe('the end of the run', () => {
  test('that can be resumed leaves open what is', () => {
    const { tracker, sent, observed, take, ended, get } = setUp();
    sent('a');
    observed('a', 1);
    expect(tracker.isDraining).toBe(false);
    take({ type: 'run.draining', reason: 'x' });
    expect(tracker.isDraining).toBe(true);
    ended('stopped');
    take({ type: 'run.finished', status: 'interrupted' });
    expect([get('a')?.status, get('b')?.status]).toEqual(['working', 'waiting']);
  });

  test.each(['done', 'failed', 'stalled'] as const)('as %s leaves nothing open', (status) => {
    const { take, get } = setUp();
    take({ type: 'run.finished', status });
    expect(get('a')).toMatchObject({ status: 'failed', error: { message: 'Cannot answer: the run has ended' } });
  });
});

test('what an agent went on with after a resume is answered by it', () => {
  const { outcomes, tracker, replied, get } = setUp();
  outcomes.change('a', { status: 'working', agent: 'x/0', firstTurn: 2 });
  tracker.goOn('x/0', 'a');
  replied('later', 4);
  expect(get('a')).toMatchObject({ status: 'done', reply: 'later', turns: 3 });
});
