import { describe, expect, test } from 'vitest';
import { INBOX_ARGS_CHARS, INBOX_TOLD } from '../../../src/base/monitor-limits.ts';
import { InboxView, toInbox } from '../../../src/monitor/feed/inbox-view.ts';
import type { RunEvent } from '../../../src/protocol.ts';
import { DECISION, factOf } from '../recorded.ts';
import { startTalk, waitingCall } from '../said.ts';

const asked = { seq: 1, at: 1, ...factOf('approval.requested', 'a/0') } as RunEvent;
const since = (calls: readonly { since: number }[]) => calls.map((call) => call.since);

test('what waits longest comes first; then what has come and gone', () => {
  const { watch, approvals } = startTalk();
  approvals.push(waitingCall('a/0', 7), waitingCall('a/1', 5));
  const view = new InboxView(watch);
  expect(view.all()).toMatchObject({ type: 'inbox', whole: true, gone: [], total: 2 });
  expect(since(view.all().waiting)).toEqual([5, 7]);
  expect(view.changes()).toBeUndefined();

  approvals.shift();
  approvals.push(waitingCall('a/2', 9));
  expect(view.changes()).toBeUndefined();
  view.take(asked);
  const next = view.changes();
  expect(next).toMatchObject({ gone: [{ agent: 'a/0', callId: '1/c7' }], total: 2 });
  expect(since(next?.waiting ?? [])).toEqual([9]);
  expect(next?.whole).toBeUndefined();
  view.take(asked);
  expect(view.changes()).toBeUndefined();
});

test('a call that waits anew is told again', () => {
  const { watch, approvals } = startTalk();
  approvals.push(waitingCall('a/0', 5));
  const view = new InboxView(watch);
  approvals[0] = { ...waitingCall('a/0', 5), since: 8 };
  view.take(asked);
  expect(view.changes()).toMatchObject({ waiting: [{ since: 8 }], gone: [] });
});

test('of more than it tells it says how many there are', () => {
  const { watch, approvals } = startTalk();
  for (let i = 0; i < INBOX_TOLD + 3; i++) approvals.push(waitingCall('a/0', i));
  const view = new InboxView(watch);
  expect([view.all().waiting.length, view.all().total]).toEqual([INBOX_TOLD, INBOX_TOLD + 3]);
  approvals.shift();
  view.take(asked);
  const next = view.changes();
  expect([since(next?.waiting ?? []), next?.gone.length, next?.total]).toEqual([[INBOX_TOLD], 1, INBOX_TOLD + 2]);
});

test('a limit of none: only how many', () => {
  const { watch, approvals } = startTalk();
  approvals.push(waitingCall('a/0', 1));
  const view = new InboxView(watch, 0);
  expect(view.all()).toMatchObject({ waiting: [], total: 1 });
  approvals.push(waitingCall('a/1', 2));
  view.take(asked);
  expect(view.changes()).toMatchObject({ waiting: [], gone: [], total: 2 });
});

describe('long arguments', () => {
  const text = 'x'.repeat(INBOX_ARGS_CHARS + 1);

  test('are cut, and told whole of one agent', async () => {
    const { watch, approvals } = startTalk();
    approvals.push(waitingCall('a/0', 1, { args: { text } }), waitingCall('a/1', 2, { args: { text } }));
    const [entry] = new InboxView(watch).all().waiting;
    expect(entry?.cut).toBe(true);
    expect(JSON.stringify(entry?.args).length).toBeLessThan(400);
    const { waiting, total } = await toInbox(watch, { agent: 'a/1' }, undefined);
    expect([waiting, total]).toEqual([[waitingCall('a/1', 2, { args: { text } })], 1]);
  });

  test('of a stored run are in the journal', async () => {
    const other = { id: 'call-2-1', name: 'pay', args: { text: 'another' } };
    const toolCalls = [other, { id: 'call-2-2', name: 'pay', args: { text } }];
    const decision = { ...DECISION, toolCalls };
    const { watch, happen } = startTalk({
      live: undefined as never,
      journal: async () => [{ type: 'model.done', turn: 2, at: 1, decision }],
    });
    const call = { id: 'call-2-2', name: 'pay', args: { text } };
    happen({ type: 'approval.requested', agent: 'a/0', turn: 2, call, callId: '2/2' });
    const short = await toInbox(watch, {}, undefined);
    expect(JSON.stringify(short.waiting).length).toBeLessThan(INBOX_ARGS_CHARS + 300);
    const { waiting } = await toInbox(watch, { agent: 'a/0' }, undefined);
    expect(waiting[0]?.args).toEqual({ text });
  });

  test('there is no such agent', async () => {
    const { watch } = startTalk();
    await expect(toInbox(watch, { agent: 'x/0' }, undefined)).rejects.toThrow('Cannot find agent "x/0"');
  });
});
