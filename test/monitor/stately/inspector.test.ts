import { describe, expect, test } from 'vitest';
import { stubSource } from '../stub-source.ts';
import { all, call, inspectorOf, settle, started, subscriber } from './inspector-of.ts';

describe('whom it tells of', () => {
  const setting = () => {
    const stub = stubSource({ desk: 3, scout: 2, clerk: 1 });
    started(stub, 'desk/0', 'desk/1', 'desk/2', 'scout/0', 'scout/1', 'clerk/0');
    return { stub, ...inspectorOf(stub) };
  };

  test.each([
    [[], [], ['desk/0', 'desk/1', 'desk/2', 'scout/0', 'scout/1', 'clerk/0']],
    [['desk/1'], [], ['desk/1']],
    [['scout/1', 'desk/0'], [], ['desk/0', 'scout/1']],
    [[], ['scout'], ['scout/0', 'scout/1']],
    [[], ['scout', 'clerk'], ['scout/0', 'scout/1', 'clerk/0']],
    [['desk/2', 'scout/0'], ['scout'], ['desk/2', 'scout/0', 'scout/1']],
  ])('agents %j and groups %j: %j', (agents, groups, expected) => {
    const { stub, inspector } = setting();
    const client = subscriber();
    inspector.add(client, { agents, groups });
    expect(client.names()).toEqual(expected);
    for (const { id } of stub.source.specs) stub.step(id, { type: 'x' }, 'decide');
    const heard = client.of('event').map(({ sessionId }) => sessionId.replace(/\/x:.*/, ''));
    expect(heard).toEqual(expected);
    // Nobody else's machine is looked at.
    const watched = stub.source.specs.map(({ id }) => id).filter((id) => stub.inspector?.watches(id));
    expect(watched).toEqual(expected);
  });

  test.each([
    [{ agents: ['desk/7'], groups: [] }, 'AGENT_UNKNOWN'],
    [{ agents: ['desk/0'], groups: ['x'] }, 'GROUP_UNKNOWN'],
  ])('%j is refused, and nothing is attached', (filter, code) => {
    const { stub, inspector } = setting();
    expect(() => inspector.add(subscriber(), filter)).toThrow(expect.objectContaining({ code }));
    expect(stub.inspector).toBeUndefined();
  });

  test('the first 1,000, however many there are', () => {
    const stub = stubSource({ desk: 1_500 });
    started(stub, ...stub.source.specs.map(({ id }) => id));
    const { inspector } = inspectorOf(stub);
    const client = subscriber();
    inspector.add(client, all);
    expect(client.names()).toHaveLength(1_000);
    expect(client.names().at(-1)).toBe('desk/999');
    expect(stub.inspector?.watches('desk/999')).toBe(true);
    expect(stub.inspector?.watches('desk/1000')).toBe(false);
  });
});

test('who comes late gets each agent’s machine and where it is, then its steps', () => {
  const stub = stubSource({ desk: 1 });
  started(stub, 'desk/0');
  stub.step('desk/0', { type: 'go' }, 'decide', { turn: 4 });
  const { inspector } = inspectorOf(stub);
  const client = subscriber();
  inspector.add(client, all);
  const id = { sessionId: 'desk/0/x:desk/0', rootId: 'desk/0/x:desk/0' };
  expect(client.messages).toEqual([
    expect.objectContaining({
      type: '@xstate.actor',
      ...id,
      name: 'desk/0',
      definition: '{"id":"agent","initial":"observe"}',
      snapshot: { status: 'active', value: 'decide', context: { turn: 4 } },
    }),
  ]);
  stub.step('desk/0', { type: 'done' }, 'storing', { turn: 4 });
  expect(client.messages.slice(1)).toEqual([
    expect.objectContaining({ type: '@xstate.event', ...id, event: { type: 'done' } }),
    expect.objectContaining({
      type: '@xstate.snapshot',
      ...id,
      event: { type: 'done' },
      snapshot: { status: 'active', value: 'storing', context: { turn: 4 } },
    }),
  ]);
});

test('an agent that has not started is told of at its first step; one that never does, never', () => {
  const stub = stubSource({ desk: 2 });
  const { inspector, clock } = inspectorOf(stub);
  const client = subscriber();
  inspector.add(client, all);
  expect(client.messages).toEqual([]);
  expect(clock.isIdle).toBe(true);
  started(stub, 'desk/1');
  expect(client.names()).toEqual(['desk/1']);
  expect(client.messages.map(({ type }) => type)).toEqual(['@xstate.actor', '@xstate.event', '@xstate.snapshot']);
});

test('an agent that has ended has its last state', () => {
  const stub = stubSource({ desk: 3 });
  for (const [i, status] of (['done', 'failed', 'stopped'] as const).entries()) {
    const agent = `desk/${i}`;
    stub.emit({ type: 'agent.started', agent, group: 'desk' });
    stub.emit({ type: 'agent.ended', agent, status, turns: 1, criticalPathMs: 1 });
  }
  const { inspector } = inspectorOf(stub);
  const client = subscriber();
  inspector.add(client, all);
  expect(client.of('actor').map(({ sessionId, snapshot }) => [sessionId, snapshot])).toEqual([
    ['desk/0/ended', { status: 'done', value: 'done' }],
    ['desk/1/ended', { status: 'done', value: 'failed' }],
    ['desk/2/ended', { status: 'stopped', value: 'stopped' }],
  ]);
});

describe('a tool call', () => {
  test('is a child of its agent, from its start to its end, and the source of the event', () => {
    const stub = stubSource({ desk: 1 });
    started(stub, 'desk/0');
    const { inspector } = inspectorOf(stub);
    const client = subscriber();
    inspector.add(client, all);
    call(stub, 'desk/0');
    settle(stub, 'desk/0', 'c1', true);
    const settled = { type: 'xstate.done.actor.tool', output: { result: { callId: 'c1' } } };
    // The machine goes on to the next turn in the same step.
    stub.step('desk/0', settled, 'decide', { turn: 2 });
    const [, child, end, event] = client.messages;
    expect(child).toMatchObject({
      type: '@xstate.actor',
      name: 'lookup',
      parentId: 'desk/0/x:desk/0',
      rootId: 'desk/0/x:desk/0',
      snapshot: { status: 'active', input: { a: 1 } },
    });
    expect(end).toMatchObject({
      type: '@xstate.snapshot',
      sessionId: child.sessionId,
      snapshot: { status: 'error', output: { b: 2 } },
    });
    expect(event).toMatchObject({ type: '@xstate.event', sourceId: child.sessionId });
  });

  test('that began before somebody came is not told to have ended', () => {
    const stub = stubSource({ desk: 1 });
    started(stub, 'desk/0');
    const { inspector } = inspectorOf(stub);
    call(stub, 'desk/0', 'early');
    const client = subscriber();
    inspector.add(client, all);
    call(stub, 'desk/0', 'late');
    settle(stub, 'desk/0', 'early');
    settle(stub, 'desk/0', 'late');
    const known = new Set(client.of('actor').map(({ sessionId }) => sessionId));
    expect(client.of('snapshot')).toHaveLength(1);
    for (const { sessionId } of client.of('snapshot')) expect(known).toContain(sessionId);
  });
});

test('when the last one has gone nothing is attached, and no timer is left', () => {
  const stub = stubSource({ desk: 5 });
  started(stub, 'desk/0', 'desk/1');
  const { inspector, clock } = inspectorOf(stub);
  const [first, second] = [subscriber(1), subscriber()];
  inspector.add(first, all);
  inspector.add(second, all);
  inspector.remove(second);
  expect(stub.inspector).toBeDefined();
  inspector.remove(first);
  inspector.remove(first);
  expect(stub.inspector).toBeUndefined();
  clock.advance(50);
  expect(clock.isIdle).toBe(true);
  expect(first.messages).toHaveLength(1);
  call(stub, 'desk/0');
  inspector.add(second, all);
  expect(stub.inspector).toBeDefined();
});
