import { expect, test } from 'vitest';
import { toApprovalHistory, toHeldMs } from '../../src/agent/approval-history.ts';
import type { JournalRecord } from '../../src/protocol.ts';

const asked = (call: string, at: number, deadlineAt?: number): JournalRecord => ({
  type: 'approval.requested',
  turn: 1,
  at,
  call,
  callId: `1/${call}`,
  name: 'pay',
  ...(deadlineAt !== undefined && { deadlineAt }),
});
const answered = (call: string, at: number): JournalRecord => ({
  type: 'approval.answered',
  turn: 1,
  at,
  call,
  answer: 'approved',
  by: 'ann',
});

test('a turn in which nobody was asked has none', () => {
  expect(toApprovalHistory([{ type: 'model.intended', turn: 1, at: 0, model: 'm' }])).toBeUndefined();
  // Nor one with an answer to nothing.
  expect(toApprovalHistory([answered('1', 5)])).toBeUndefined();
  expect(toHeldMs(undefined, 100)).toBe(0);
});

test('what was asked is there with its answer, if there is one', () => {
  const history = toApprovalHistory([asked('1', 10, 500), asked('2', 20), answered('2', 30)]);
  expect([...(history?.calls ?? [])]).toEqual([
    ['1', { callId: '1/1', askedAt: 10, deadlineAt: 500 }],
    ['2', { callId: '1/2', askedAt: 20, answer: { answer: 'approved', by: 'ann' } }],
  ]);
});

test.each([
  ['while one waits', [asked('1', 10)], 90],
  ['while at least one of several waits', [asked('1', 10), asked('2', 20), answered('1', 30)], 90],
  ['until the last is answered', [asked('1', 10), asked('2', 20), answered('1', 30), answered('2', 50)], 40],
  ['twice', [asked('1', 10), answered('1', 30), asked('2', 60)], 60],
  ['not at all for one that is answered at once', [asked('1', 10), answered('1', 10)], 0],
  ['not into the past', [asked('1', 150)], 0],
])('time stands still %s', (_, records, heldMs) => {
  expect(toHeldMs(toApprovalHistory(records), 100)).toBe(heldMs);
});
