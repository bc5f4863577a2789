import { describe, expect, test } from 'vitest';
import { APPROVALS_REMEMBERED } from '../../src/base/limits.ts';
import { Inbox } from '../../src/people/inbox.ts';
import { waitingCall } from './waiting.ts';

const approve = { answer: 'approve', by: 'ann' } as const;

test('calls are listed by agent, in the order in which these began to wait', () => {
  const inbox = new Inbox();
  for (const [agent, callId] of [
    ['b/0', '1/1'],
    ['a/0', '1/1'],
    ['b/0', '1/2'],
  ] as const)
    inbox.add(waitingCall({ agent, callId }).call);
  expect(inbox.list().map(({ agent, callId }) => `${agent}:${callId}`)).toEqual(['b/0:1/1', 'b/0:1/2', 'a/0:1/1']);
  expect(inbox.list('a/0')).toHaveLength(1);
  expect(inbox.list('c/0')).toEqual([]);
  expect(inbox.agents()).toEqual(['b/0', 'a/0']);
  expect([inbox.size, inbox.agentCount]).toEqual([3, 2]);
});

describe('an answer', () => {
  test('settles its call once; the second person hears who was faster', () => {
    const inbox = new Inbox();
    const { call, settled } = waitingCall();
    inbox.add(call);
    inbox.answer(call.view, approve);
    expect(settled).toEqual([{ answer: 'approved', by: 'ann' }]);
    expect(() => inbox.answer(call.view, { answer: 'reject', by: 'bob' })).toThrow(
      expect.objectContaining({
        code: 'APPROVAL_UNKNOWN',
        message: 'Cannot answer "clerk/0:1/1": it was approved by ann; nothing is left to answer',
      }),
    );
    expect(settled).toHaveLength(1);
    expect([inbox.size, inbox.agentCount, inbox.endless]).toEqual([0, 0, 0]);
  });

  test('that is none leaves the call waiting', () => {
    const inbox = new Inbox();
    const { call, settled } = waitingCall();
    inbox.add(call);
    expect(() => inbox.answer(call.view, { answer: 'edit', args: { amount: 'x' }, by: 'ann' })).toThrow(
      '/amount must be number',
    );
    expect([inbox.size, settled.length]).toEqual([1, 0]);
    inbox.answer(call.view, { answer: 'edit', args: { amount: 1 }, by: 'ann' });
    expect(settled).toEqual([{ answer: 'edited', args: { amount: 1 }, by: 'ann' }]);
  });

  test('to nothing says how many wait', () => {
    const inbox = new Inbox();
    expect(() => inbox.answer({ agent: 'x', callId: '1/1' }, approve)).toThrow('no such call waits; no call waits');
    inbox.add(waitingCall().call);
    expect(() => inbox.answer({ agent: 'clerk/0', callId: '1/9' }, approve)).toThrow(
      'the calls that wait are in the inbox, 1 in all',
    );
  });

  test('after the deadline says so', () => {
    const inbox = new Inbox();
    const { call, settled } = waitingCall({}, true);
    inbox.add(call);
    inbox.settle(call, { answer: 'rejected', by: 'deadline' });
    expect(settled).toHaveLength(1);
    expect(() => inbox.answer(call.view, approve)).toThrow('it was rejected when its time was over');
    inbox.settle(call, { answer: 'approved', by: 'deadline' });
    expect(settled).toHaveLength(1);
  });

  test('after its agent was stopped says so, and one that waits again is answered', () => {
    const inbox = new Inbox();
    const first = waitingCall();
    inbox.add(first.call);
    inbox.withdraw(first.call, 'it does not wait any more: The agent was stopped');
    expect(() => inbox.answer(first.call.view, approve)).toThrow('The agent was stopped');
    const again = waitingCall();
    inbox.add(again.call);
    // The first one leaves late.
    inbox.withdraw(first.call, 'gone');
    inbox.answer(again.call.view, approve);
    expect([first.settled.length, again.settled.length]).toEqual([0, 1]);
  });
});

test('calls of a tool are those that wait for an approval', () => {
  const inbox = new Inbox();
  inbox.add(waitingCall({ callId: '1/1' }).call);
  inbox.add(waitingCall({ callId: '1/2', tool: 'other' }).call);
  inbox.add(waitingCall({ callId: '1/3', kind: 'question' }).call);
  expect(inbox.ofTool('pay')).toEqual([{ agent: 'clerk/0', callId: '1/1' }]);
  expect(inbox.ofTool('none')).toEqual([]);
});

test('of an agent it is known how many wait, and whether something becomes of them without anybody', () => {
  const inbox = new Inbox();
  expect(inbox.heldOf('clerk/0')).toBeUndefined();
  const endless = waitingCall({ callId: '1/1' });
  const timed = waitingCall({ callId: '1/2' }, true);
  inbox.add(endless.call);
  expect(inbox.heldOf('clerk/0')).toEqual({ calls: 1, isTimed: false });
  inbox.add(timed.call);
  expect(inbox.heldOf('clerk/0')).toEqual({ calls: 2, isTimed: true });
  expect(inbox.endless).toBe(1);
  inbox.answer(endless.call.view, approve);
  expect(inbox.endless).toBe(0);
});

test('what has become of calls is remembered up to a limit', () => {
  const inbox = new Inbox();
  for (let turn = 1; turn <= APPROVALS_REMEMBERED + 1; turn++) {
    const { call } = waitingCall({ callId: `${turn}/1` });
    inbox.add(call);
    inbox.answer(call.view, approve);
  }
  const stateOf = (turn: number) => () => inbox.answer({ agent: 'clerk/0', callId: `${turn}/1` }, approve);
  expect(stateOf(1)).toThrow('no such call waits');
  expect(stateOf(2)).toThrow('it was approved by ann');
});

test('who is held is told', () => {
  const inbox = new Inbox();
  const told: string[] = [];
  inbox.held('a/0');
  inbox.watch((agent) => told.push(agent));
  inbox.held('b/0');
  expect(told).toEqual(['b/0']);
});
