import { expect, test } from 'vitest';
import { createGroupTable } from '../../src/cli/group-table.ts';
import type { AgentFact, RunFact } from '../../src/protocol.ts';

function tableOf(...facts: RunFact[]) {
  const table = createGroupTable();
  for (const [index, fact] of facts.entries()) table.onEvent({ seq: index + 1, at: 0, ...fact });
  return (cost: boolean) => table.lines({ cost }).map((line) => line.split(/ {2,}/));
}

const decided = (agent: string, costUsd: number): AgentFact => {
  const usage = { inputTokens: 1_000, outputTokens: 5, costUsd };
  const decision = { reply: '', toolCalls: [], final: true, usage, serviceMs: 1 };
  return { type: 'agent.decided', agent, turn: 1, model: 'm', decision, durationMs: 1 };
};
const finished = (agent: string, isError: boolean): AgentFact => {
  const result = { callId: 'c', name: 't', content: null, isError, serviceMs: 1 };
  return { type: 'tool.finished', agent, turn: 1, result, durationMs: 1 };
};

test('events are counted for the group of their agent, money if it is asked for', () => {
  const table = tableOf(
    { type: 'run.draining', reason: 'x' },
    { type: 'agent.started', agent: 'a/0', group: 'a' },
    { type: 'agent.started', agent: 'b/0', group: 'b' },
    { type: 'agent.observed', agent: 'a/0', turn: 1, observation: { kind: 'observation', text: 'x' } },
    decided('a/0', 0.25),
    decided('a/0', 0.5),
    finished('a/0', false),
    finished('a/0', true),
    { type: 'agent.ended', agent: 'a/0', status: 'failed', turns: 1, criticalPathMs: 1 },
    { type: 'agent.ended', agent: 'b/0', status: 'stopped', turns: 0, criticalPathMs: 0 },
  );
  const headings = [
    'group',
    'agents',
    'done',
    'failed',
    'stopped',
    'turns',
    'tool calls',
    'errors',
    'tokens in',
    'out',
  ];
  const a = ['a', '1', '0', '1', '0', '1', '2', '1', '2,000', '10'];
  const b = ['b', '1', '0', '0', '1', '0', '0', '0', '0', '0'];
  expect(table(false)).toEqual([headings, a, b]);
  expect(table(true)).toEqual([
    [...headings, 'cost'],
    [...a, '$0.75'],
    [...b, '$0.00'],
  ]);
});
