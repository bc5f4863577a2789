import { Watch } from '../../../src/monitor/feed/watch.ts';
import { Inspector } from '../../../src/monitor/stately/inspector.ts';
import { createManualClock } from '../server/manual-clock.ts';
import type { StubSource } from '../stub-source.ts';

/** An inspector of a stub run. */
export function inspectorOf(stub: StubSource) {
  const clock = createManualClock();
  const watch = new Watch(stub.source, stub.history);
  const inspector = new Inspector(watch, clock, JSON.stringify);
  stub.live.subscribe((event) => inspector.take(event));
  return { clock, inspector };
}

/** A client that has room for so many messages more. */
export function subscriber(room = Number.POSITIVE_INFINITY) {
  const messages: any[] = [];
  const client = {
    room,
    messages,
    hasRoom: () => client.room > 0,
    send(text: string) {
      client.room--;
      messages.push(JSON.parse(text));
    },
    of: (type: string) => messages.filter((message) => message.type === `@xstate.${type}`),
    names: () => client.of('actor').map(({ name }) => name),
  };
  return client;
}

export const all = { agents: [], groups: [] };
export const started = (stub: StubSource, ...agents: string[]) => {
  for (const agent of agents) {
    stub.emit({ type: 'agent.started', agent, group: agent.split('/')[0]! });
    stub.step(agent, { type: 'xstate.init' }, 'observe');
  }
};
export const call = (stub: StubSource, agent: string, id = 'c1') =>
  stub.emit({ type: 'tool.started', agent, turn: 1, call: { id, name: 'lookup', args: { a: 1 } } });
export const settle = (stub: StubSource, agent: string, id = 'c1', isError = false) =>
  stub.emit({
    type: 'tool.finished',
    agent,
    turn: 1,
    durationMs: 1,
    result: { callId: id, name: 'lookup', isError, content: { b: 2 }, serviceMs: 1 },
  });
