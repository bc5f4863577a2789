import { expect, test } from 'vitest';
import { createContext } from '../../src/agent/context.ts';
import { START } from '../../src/agent/resumed-agent.ts';
import type { AgentSpec } from '../../src/protocol.ts';

const spec = { id: 'a/0', index: 0, row: {}, items: [] } as unknown as AgentSpec;

test('a new agent has done nothing yet', () => {
  const context = createContext({ spec });
  expect(context).toMatchObject({ turn: 0, step: 0, taken: 0, answered: true, observation: undefined, mailbox: [] });
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
