import { expect, test } from 'vitest';
import { createContext } from '../../src/agent/context.ts';
import { START } from '../../src/agent/resumed-agent.ts';
import type { AgentSpec } from '../../src/protocol.ts';
import { toMessage } from '../messages.ts';

const spec = { id: 'a/0', index: 0, group: {}, row: {}, items: [] } as unknown as AgentSpec;

test('a new agent has done nothing yet', () => {
  const context = createContext({ spec });
  expect(context).toMatchObject({
    turn: 0,
    step: 0,
    taken: 0,
    answered: true,
    observation: undefined,
    cause: undefined,
  });
  expect(context.work.mailbox).toBeUndefined();
  expect(context.work.transcript).toEqual([]);
});

test('a resumed agent goes on with its transcript, of which nothing is written twice', () => {
  const transcript = [{ role: 'user', content: 'hi' }] as const;
  const results = [{ callId: 'c', name: 't', isError: false, content: 'x', serviceMs: 1 }];
  const point = { ...START, turn: 4, step: 2, taken: 3, answered: false, question: 'hi', results };
  const context = createContext({ spec, resumed: { point, transcript, mailbox: [], seen: new Set() } });
  const observation = { kind: 'results', text: 'x', results };
  expect(context).toMatchObject({ turn: 4, step: 2, taken: 3, answered: false, observation, question: 'hi' });
  expect(context.work.transcript).toEqual(transcript);
  expect(context.work.transcript).not.toBe(transcript);
  expect(context.work.handedOver).toBe(1);
});

test('of what providers wanted back, it has what belongs to the exchange under way', () => {
  const asked = { role: 'assistant', content: '', toolCalls: [{ id: 'c', name: 't', args: {} }] } as const;
  const replied = { role: 'assistant', content: 'Done', toolCalls: [] } as const;
  const kept = { ...asked, kept: 'signed' };
  const transcript = [kept, kept, replied, kept, replied, kept, kept];
  const { work } = createContext({ spec, resumed: { point: START, transcript, mailbox: [], seen: new Set() } });
  expect(work.transcript).toEqual([asked, asked, replied, asked, replied, kept, kept]);
  expect(transcript[0]).toBe(kept);
});

test('it knows where the observation under way begins, also when corrections came after it', () => {
  const say = (role: 'user' | 'assistant', content: string) => ({ role, content, toolCalls: [] });
  const transcript = [
    say('user', 'before'),
    say('assistant', 'answered'),
    say('user', 'the question'),
    say('assistant', 'flawed'),
    say('user', 'a correction'),
    say('assistant', 'flawed again'),
  ];
  const point = { ...START, turn: 3, step: 2, answered: false, flaw: 'no JSON' };
  const resume = (at: typeof point) =>
    createContext({ spec, resumed: { point: at, transcript, mailbox: [], seen: new Set() } }).work.observedFrom;
  expect(resume(point)).toBe(2);
  expect(resume({ ...point, answered: true })).toBeUndefined();
});

test('a resumed agent answers what it was answering, and has the messages that waited, in their order', () => {
  const messages = ['m1', 'm2', 'm3'].map((id) => toMessage({ id }));
  const cause = toMessage({ id: 'm0', kind: 'ask' });
  const point = { ...START, turn: 1, step: 1, messages: 1, answered: false, question: 'hi', cause };
  const seen = new Set(['m0', 'm1', 'm2', 'm3']);
  const context = createContext({ spec, resumed: { point, transcript: [], mailbox: messages, seen, topics: ['t'] } });
  expect([context.cause, context.finished]).toEqual([cause, false]);
  expect([...(context.work.mailbox ?? [])]).toEqual(messages);
  expect(context.work.topics).toEqual(['t']);
  expect([...(context.work.seen ?? [])]).toEqual([...seen]);
  // Its own: what comes later is not in the life it came from.
  context.work.seen?.add('m4', 0);
  expect(seen.has('m4')).toBe(false);
});
