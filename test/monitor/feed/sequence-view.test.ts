import { describe, expect, test } from 'vitest';
import { SEQUENCE_MESSAGES } from '../../../src/base/monitor-limits.ts';
import { SequenceView, toSequence } from '../../../src/monitor/feed/sequence-view.ts';
import type { JournalRecord, RunEvent } from '../../../src/protocol.ts';
import { messageOf } from '../recorded.ts';
import { startTalk } from '../said.ts';

const observed = (id: string, at: number, body: string): JournalRecord => {
  const message = messageOf({ id, from: 'a/0', to: 'b/0', at, body });
  return { type: 'observed', turn: 1, at, observation: { kind: 'message', text: body, message } };
};

async function start(agents: readonly string[], journal: readonly JournalRecord[] = []) {
  const talk = startTalk({ journal: async (agent) => (agent === 'b/0' ? journal : []) });
  const open = async () => {
    const view = new SequenceView(talk.watch, agents);
    await view.ready;
    return view;
  };
  return { ...talk, open };
}

test('the messages of before, with their texts from the journals, and then what comes', async () => {
  const { say, open } = await start(['a/0', 'b/0'], [observed('m1', 1, 'How are you?')]);
  say('a/0', 'b/0');
  say('a/0', 'b/1');
  const view = await open();
  expect(view.all()).toMatchObject({ whole: true, agents: ['a/0', 'b/0'] });
  expect(view.all().messages).toEqual([
    { id: 'm1', from: 'a/0', to: 'b/0', kind: 'tell', body: 'How are you?', at: 1, correlation: 'm1' },
  ]);
  expect(view.changes()).toBeUndefined();
  for (const event of [
    say('b/0', 'a/0', { kind: 'reply', body: 'Well.', causation: 'm1' }),
    say('a/1', 'a/0'),
    say('user', 'a/0'),
  ])
    view.take(event);
  const next = view.changes();
  expect(next?.whole).toBeUndefined();
  expect(next?.messages).toMatchObject([{ from: 'b/0', kind: 'reply', body: 'Well.', causation: 'm1' }]);
  expect(view.changes()).toBeUndefined();
  expect(view.all().messages).toHaveLength(2);
});

test('what comes while those of before are read is not told before them', async () => {
  let open = (): void => {};
  const held = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { watch, say } = startTalk({ journal: () => held.then(() => []) });
  say('a/0', 'b/0');
  const view = new SequenceView(watch, ['a/0', 'b/0']);
  view.take(say('b/0', 'a/0'));
  expect(view.changes()).toBeUndefined();
  open();
  await view.ready;
  expect(view.all().messages).toHaveLength(1);
  expect(view.changes()?.messages).toMatchObject([{ from: 'b/0' }]);
});

test('a text that was not written down yet is there when it has been', async () => {
  const journal: JournalRecord[] = [];
  const { say, happen, open } = await start(['a/0', 'b/0'], journal);
  const stored = (agent: string) => happen({ type: 'agent.stored', agent, turn: 1 });
  say('a/0', 'b/0');
  const view = await open();
  expect(view.all().messages).toMatchObject([{ id: '', body: '' }]);
  view.take(say('b/0', 'a/0', { body: 'Hm.' }));
  view.take(stored('b/1'));
  expect(view.changes()).toMatchObject({ messages: [{ body: 'Hm.' }] });

  journal.push(observed('m1', 1, 'How are you?'));
  view.take(stored('b/0'));
  expect(view.changes()).toBeUndefined();
  view.take(say('b/0', 'a/0', { body: 'Well.' }));
  await new Promise((resolve) => setImmediate(resolve));
  const next = view.changes();
  expect(next?.whole).toBe(true);
  expect(next?.messages.map(({ body }) => body)).toEqual(['How are you?', 'Hm.', 'Well.']);
  view.take(stored('b/0'));
  expect(view.changes()).toBeUndefined();
});

test('a group stands for all of its members, and who is outside can be there', async () => {
  const { say, open } = await start(['a', 'b/0', 'user', 'source:tail']);
  const all: RunEvent[] = [
    say('a/0', 'b/0'),
    say('a/1', 'a/2'),
    say('b/0', 'b/1'),
    say('user', 'b/0'),
    say('source:tail', 'a/1'),
    say('source:other', 'a/1'),
  ];
  const heard = ['a/0>b/0', 'a/1>a/2', 'user>b/0', 'source:tail>a/1'];
  const view = await open();
  expect(view.all().messages.map(({ from, to }) => `${from}>${to}`)).toEqual(heard);
  for (const event of all) view.take(event);
  expect(view.changes()?.messages.map(({ from, to }) => `${from}>${to}`)).toEqual(heard);
});

test('only the newest are kept, of those of before as well as of those that come', async () => {
  const { say, open } = await start(['a/0', 'b/0']);
  for (let i = 0; i < SEQUENCE_MESSAGES + 20; i++) say('a/0', 'b/0');
  const view = await open();
  expect(view.all().messages).toHaveLength(SEQUENCE_MESSAGES);
  expect(view.all().messages[0]?.at).toBe(21);
  for (let i = 0; i < SEQUENCE_MESSAGES + 5; i++) view.take(say('b/0', 'a/0'));
  expect(view.changes()?.messages).toHaveLength(SEQUENCE_MESSAGES);
  expect(view.all().messages.every(({ from }) => from === 'b/0')).toBe(true);
});

describe('once', () => {
  test('as it was at a moment', async () => {
    const { watch, say } = startTalk();
    say('a/0', 'b/0', { at: 10 });
    say('b/0', 'a/0', { at: 20 });
    expect(await toSequence(watch, ['a/0', 'b/0'], 15)).toMatchObject({ at: 15, messages: [{ from: 'a/0' }] });
    expect((await toSequence(watch, ['a/0', 'b/0'])).messages).toHaveLength(2);
  });

  test('there is no such agent', async () => {
    const { watch } = startTalk();
    await expect(toSequence(watch, ['a/0', 'nobody'])).rejects.toThrow('Cannot find agent "nobody"');
    expect(() => new SequenceView(watch, ['a/9'])).toThrow('Cannot find agent "a/9"');
  });
});
