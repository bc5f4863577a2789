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
