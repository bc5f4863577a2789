import { expect, test } from 'vitest';
import { History } from '../../../src/monitor/history/history.ts';
import { Spending } from '../../../src/monitor/history/spending.ts';
import type { RunEvent } from '../../../src/protocol.ts';
import { DECISION, factOf, specsOf } from '../recorded.ts';

test('adds up what each answer has taken, for any stretch of agents', () => {
  const spending = new Spending(3);
  spending.add(0, { inputTokens: 100, outputTokens: 10, costUsd: 0.25 });
  spending.add(0, { inputTokens: 1, outputTokens: 2 });
  spending.add(2, { inputTokens: 5, outputTokens: 6, costUsd: 0.5 });
  expect(spending.sum(0, 2)).toEqual({ calls: 2, inputTokens: 101, outputTokens: 12, usd: 0.25 });
  expect(spending.sum(0, 3)).toEqual({ calls: 3, inputTokens: 106, outputTokens: 18, usd: 0.75 });
  expect(spending.sum(1, 1)).toEqual({ calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 });
});

test('of agents that the run does not have nothing is booked', () => {
  const spending = new Spending(1);
  for (const agent of [-1, 1]) spending.add(agent, { inputTokens: 1, outputTokens: 1 });
  expect(spending.sum(0, 1).calls).toBe(0);
});

test('a history books decisions and summaries, whether or not it is sorted', () => {
  const history = new History(specsOf(2));
  const usage = { inputTokens: 30, outputTokens: 3, costUsd: 0.5 };
  const happen = (fact: object) => history.append({ seq: 0, at: 10 - history.last, ...fact } as RunEvent);
  happen({ ...factOf('agent.decided', 'a/1'), decision: { ...DECISION, usage } });
  happen({ ...factOf('agent.condensed', 'a/1'), usage });
  happen(factOf('agent.condensed', 'a/1'));
  happen(factOf('agent.decided', 'gone/7'));
  for (const { spending } of [history, history.sorted()]) {
    expect(spending.sum(1, 1)).toEqual({ calls: 2, inputTokens: 60, outputTokens: 6, usd: 1 });
    expect(spending.sum(0, 1).calls).toBe(0);
  }
});
