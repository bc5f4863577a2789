import { describe, expect, test } from 'vitest';
import { stubSource } from '../stub-source.ts';
import { all, inspectorOf, started, subscriber } from './inspector-of.ts';

describe('a client that reads slowly', () => {
  test('is told of agents as fast as it reads', () => {
    const stub = stubSource({ desk: 10 });
    started(stub, ...stub.source.specs.map(({ id }) => id));
    const { inspector, clock } = inspectorOf(stub);
    const client = subscriber(3);
    inspector.add(client, all);
    expect(client.names()).toHaveLength(3);
    clock.advance(1_000);
    expect(client.names()).toHaveLength(3);
    client.room = 5;
    clock.advance(50);
    expect(client.names()).toHaveLength(8);
    client.room = 100;
    clock.advance(50);
    expect(client.names()).toEqual(stub.source.specs.map(({ id }) => id));
    expect(clock.isIdle).toBe(true);
  });

  test('misses steps, and gets where its agents are when it has read, also of those that have ended', () => {
    const stub = stubSource({ desk: 2 });
    started(stub, 'desk/0', 'desk/1');
    const { inspector, clock } = inspectorOf(stub);
    const client = subscriber(2);
    inspector.add(client, all);
    stub.step('desk/0', { type: 'a' }, 'decide');
    stub.step('desk/0', { type: 'b' }, 'storing');
    stub.step('desk/1', { type: 'end' }, 'done');
    stub.views.delete('desk/1');
    stub.emit({ type: 'agent.ended', agent: 'desk/1', status: 'done', turns: 1, criticalPathMs: 1 });
    expect(client.messages).toHaveLength(2);
    client.room = 100;
    clock.advance(50);
    expect(
      client.of('snapshot').map(({ sessionId, snapshot }) => [sessionId, snapshot.status, snapshot.value]),
    ).toEqual([
      ['desk/0/x:desk/0', 'active', 'storing'],
      ['desk/1/x:desk/1', 'done', 'done'],
    ]);
    expect(clock.isIdle).toBe(true);
  });

  test('is told of an agent that has started meanwhile, even if it takes no further step', () => {
    const stub = stubSource({ desk: 2 });
    started(stub, 'desk/0');
    const { inspector, clock } = inspectorOf(stub);
    const client = subscriber(1);
    inspector.add(client, all);
    started(stub, 'desk/1');
    expect(client.names()).toEqual(['desk/0']);
    client.room = 100;
    clock.advance(50);
    expect(client.names()).toEqual(['desk/0', 'desk/1']);
  });

  test('costs the others nothing', () => {
    const stub = stubSource({ desk: 1 });
    started(stub, 'desk/0');
    const { inspector } = inspectorOf(stub);
    const [slow, quick] = [subscriber(1), subscriber()];
    inspector.add(slow, all);
    inspector.add(quick, all);
    for (let i = 0; i < 10; i++) stub.step('desk/0', { type: `${i}` }, 'decide');
    expect(slow.messages).toHaveLength(1);
    expect(quick.messages).toHaveLength(21);
  });
});
