import { expect, test } from 'vitest';
import { readWaiting } from '../../../src/monitor/feed/waiting-calls.ts';
import type { RunFact } from '../../../src/protocol.ts';
import { startTalk, waitingCall } from '../said.ts';

const asked = (agent: string, callId: string, more: object = {}): RunFact => {
  const call = { id: callId, name: 'pay', args: { amount: 1 } };
  return { type: 'approval.requested', agent, turn: 2, call, callId, ...more } as RunFact;
};
const answered = (agent: string, callId: string): RunFact => {
  const said = { name: 'pay', waitedMs: 1, answer: 'approved', by: 'me' } as const;
  return { type: 'approval.answered', agent, turn: 2, callId, ...said };
};
const ended = (agent: string, status: 'failed' | 'stopped'): RunFact => {
  return { type: 'agent.ended', agent, status, turns: 1, criticalPathMs: 0 };
};
const names = (calls: readonly { agent: string; callId: string }[]) => calls.map((c) => `${c.agent} ${c.callId}`);

test('of a live run they are those that wait now', () => {
  const { watch, approvals } = startTalk();
  approvals.push(waitingCall('a/0', 5));
  expect(readWaiting(watch)).toEqual([waitingCall('a/0', 5)]);
});

test('of a run that is over they are those that were asked for and not answered', () => {
  const { watch, happen } = startTalk({ live: undefined as never });
  happen(asked('a/0', '2/x'), 5);
  happen(asked('a/1', '2/x', { question: 'Which?', deadlineAt: 90 }), 6);
  happen(asked('a/2', '2/x'), 7);
  happen(answered('a/2', '2/x'), 8);
  expect(readWaiting(watch)).toEqual([
    { agent: 'a/0', callId: '2/x', kind: 'approval', tool: 'pay', turn: 2, args: { amount: 1 }, since: 5 },
    {
      agent: 'a/1',
      callId: '2/x',
      kind: 'question',
      tool: 'pay',
      turn: 2,
      args: { amount: 1 },
      since: 6,
      question: 'Which?',
      deadlineAt: 90,
    },
  ]);
});

test('at a moment, whether it is live or not', () => {
  const { watch, happen } = startTalk();
  happen(asked('a/0', '2/x'), 5);
  happen(answered('a/0', '2/x'), 8);
  expect(names(readWaiting(watch, 7))).toEqual(['a/0 2/x']);
  expect(readWaiting(watch, 4)).toEqual([]);
  expect(readWaiting(watch, 8)).toEqual([]);
});

test('who fails or starts again has given up its calls; who is stopped with its run has not', () => {
  const { watch, happen } = startTalk({ live: undefined as never });
  for (const agent of ['a/0', 'a/1', 'a/2', 'b/0']) happen(asked(agent, '2/x'));
  happen(ended('a/0', 'failed'));
  happen({ type: 'agent.restarting', agent: 'a/1', supervisor: 'root', because: 'failure', attempt: 1, delayMs: 0 });
  happen({ type: 'run.draining', reason: 'interrupted' });
  happen(ended('a/2', 'stopped'));
  expect(names(readWaiting(watch))).toEqual(['a/2 2/x', 'b/0 2/x']);
  happen(asked('a/1', '2/x'));
  expect(names(readWaiting(watch))).toEqual(['a/2 2/x', 'b/0 2/x', 'a/1 2/x']);
});

test('who is stopped by hand has given up its calls too', () => {
  const { watch, happen } = startTalk({ live: undefined as never });
  for (const agent of ['a/0', 'a/1']) happen(asked(agent, '2/x'));
  happen(ended('a/0', 'stopped'));
  expect(names(readWaiting(watch))).toEqual(['a/1 2/x']);
});
