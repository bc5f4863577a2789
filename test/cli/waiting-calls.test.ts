import { expect, test } from 'vitest';
import { toWaitingText, WaitingCalls } from '../../src/cli/waiting-calls.ts';
import type { EndedStatus, RunFact } from '../../src/protocol.ts';

const requested = (agent: string, callId = '1/1'): RunFact => ({
  type: 'approval.requested',
  agent,
  turn: 1,
  callId,
  call: { id: 'c', name: 'pay', args: {} },
});
const answered = (agent: string, callId = '1/1'): RunFact => ({
  type: 'approval.answered',
  agent,
  turn: 1,
  callId,
  name: 'pay',
  waitedMs: 1,
  answer: 'approved',
  by: 'ann',
});
const ended = (agent: string, status: EndedStatus): RunFact => ({
  type: 'agent.ended',
  agent,
  status,
  turns: 1,
  criticalPathMs: 0,
});

function sizeAfter(...facts: RunFact[]): number {
  const calls = new WaitingCalls();
  for (const [index, fact] of facts.entries()) calls.onEvent({ seq: index + 1, at: 0, ...fact });
  return calls.size;
}

test.each<[string, RunFact[], number]>([
  ['those that wait', [requested('a/0'), requested('a/0', '1/2'), requested('a/1')], 3],
  [
    'not those that were answered',
    [requested('a/0'), requested('a/1'), answered('a/0'), answered('a/0'), answered('a/9')],
    1,
  ],
  ['one that is asked again once', [requested('a/0'), requested('a/0')], 1],
  [
    'not those of an agent that has ended',
    [requested('a/0'), requested('a/0', '1/2'), requested('a/1'), ended('a/0', 'failed')],
    1,
  ],
  ['not those of one that was stopped by hand', [requested('a/0'), ended('a/0', 'stopped')], 0],
  [
    'those of one that was stopped with the run',
    [requested('a/0'), { type: 'run.draining', reason: 'x' }, ended('a/0', 'stopped')],
    1,
  ],
  [
    'those of one that starts again when they are asked again',
    [
      requested('a/0'),
      { type: 'agent.restarting', agent: 'a/0', supervisor: '', because: 'sibling', attempt: 0, delayMs: 0 },
    ],
    0,
  ],
])('counts %s', (_, facts, size) => expect(sizeAfter(...facts)).toBe(size));

test('says how many', () => {
  expect([0, 1, 1_500].map(toWaitingText)).toEqual([
    undefined,
    '1 call waits for a person',
    '1,500 calls wait for a person',
  ]);
});
