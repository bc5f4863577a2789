import { expect, test } from 'vitest';
import {
  InspectionMessages,
  toInspectedSnapshot,
  toSettled,
} from '../../../src/monitor/stately/inspection-messages.ts';

const about = { sessionId: 'desk/0/x:1', rootId: 'desk/0/x:1' };
const common = { ...about, createdAt: '1234', _version: '0.7.2' };
const setUp = () => new InspectionMessages(() => 1_234);

test('an agent comes with its machine and where it is', () => {
  const snapshot = { status: 'active', value: 'decide' };
  expect(setUp().agent(about, 'desk/0', '{"id":"agent"}', snapshot)).toEqual({
    type: '@xstate.actor',
    ...common,
    id: '1',
    name: 'desk/0',
    parentId: undefined,
    definition: '{"id":"agent"}',
    snapshot,
  });
});

test('a call is a child of its agent', () => {
  const child = { sessionId: 'desk/0/1/c1', rootId: 'desk/0/x:1' };
  expect(setUp().call(child, 'lookup', { order: 7 })).toEqual({
    type: '@xstate.actor',
    ...common,
    ...child,
    id: '1',
    name: 'lookup',
    parentId: 'desk/0/x:1',
    definition: '{"id":"lookup"}',
    snapshot: { status: 'active', input: { order: 7 } },
  });
});

test('events and snapshots are numbered', () => {
  const messages = setUp();
  expect(messages.event(about, { type: 'go' }, 'from')).toEqual({
    type: '@xstate.event',
    ...common,
    id: '1',
    event: { type: 'go' },
    sourceId: 'from',
  });
  expect(messages.snapshot(about, { type: 'go' }, { status: 'done' })).toEqual({
    type: '@xstate.snapshot',
    ...common,
    id: '2',
    event: { type: 'go' },
    snapshot: { status: 'done' },
  });
});

test('what is long is cut', () => {
  const long = 'x'.repeat(1_000_000);
  const list = Array.from({ length: 5_000 }, (_, i) => i);
  const view = { agent: 'a', sessionId: 'x', status: 'active', value: 'decide', context: { long, list } } as const;
  const made = [
    toInspectedSnapshot(view),
    toSettled({ long, list }, false),
    setUp().event(about, { type: 'go', long, list }, undefined),
    setUp().call(about, 'lookup', { long, list }),
    setUp().snapshot(about, { type: 'go', long, list }, { status: 'done' }),
  ];
  for (const message of made) expect(JSON.stringify(message).length).toBeLessThan(5_000);
});

test('a call that has settled is done, or has failed', () => {
  expect(toSettled({ a: 1 }, false)).toEqual({ status: 'done', output: { a: 1 } });
  expect(toSettled('no', true)).toEqual({ status: 'error', output: 'no' });
});
