import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FleetView } from '../../../src/monitor/feed/fleet-view.ts';
import { Watch } from '../../../src/monitor/feed/watch.ts';
import { History } from '../../../src/monitor/history/history.ts';
import type { FleetMessage } from '../../../src/monitor/messages.ts';
import { AGENT_STATES, type AgentState, STATE_LETTERS } from '../../../src/monitor/states.ts';
import type { RunEvent } from '../../../src/protocol.ts';
import { anyEvents, factOf, sourceOf, specsOf } from '../recorded.ts';

const specs = specsOf(6, ['a', 'b', 'c']);
const agents = specs.map(({ id }) => id);

function start() {
  const history = new History(specs);
  const watch = new Watch(sourceOf(specs), history);
  const happen = (...facts: [RunEvent['type'], string][]) => {
    for (const [type, agent] of facts) {
      history.append({ seq: 0, at: history.last, ...factOf(type, agent) } as RunEvent);
    }
    watch.advance();
  };
  return { history, watch, happen };
}

/** What a client makes of the frames it gets. */
function apply(states: string, frame: Omit<FleetMessage, 'id'>): string {
  if (frame.agents === undefined) return frame.states;
  expect(frame.states).toHaveLength(frame.agents.length);
  const letters = [...states];
  for (const [i, agent] of frame.agents.entries()) letters[agent] = frame.states[i]!;
  return letters.join('');
}

test('the frames, applied one after the other, are the states of the fold', () => {
  fc.assert(
    fc.property(fc.array(anyEvents(agents, 15), { maxLength: 8 }), (parts) => {
      const { history, watch } = start();
      const view = new FleetView(watch, {});
      let shown = view.all().states;
      for (const part of parts) {
        for (const event of part) history.append(event);
        watch.advance();
        const frame = view.changes();
        if (frame !== undefined) shown = apply(shown, frame);
        expect(shown).toBe([...watch.fold.states].map((state) => STATE_LETTERS[AGENT_STATES[state]!]).join(''));
        expect(view.changes()).toBeUndefined();
        expect(view.all().states).toBe(shown);
      }
    }),
  );
});

test('a few changes are told with their positions, many as everybody', () => {
  const { watch, happen } = start();
  const view = new FleetView(watch, {});
  happen(['agent.started', 'b/1'], ['agent.started', 'c/5']);
  expect(view.changes()).toEqual({ type: 'fleet', at: 1, agents: [7, 17], states: 'oo' });
  happen(...agents.map((id): [RunEvent['type'], string] => ['agent.ended', id]));
  expect(view.changes()).toEqual({ type: 'fleet', at: 19, states: 'D'.repeat(18) });
});

test('who came and went between two frames has not changed', () => {
  const { watch, happen } = start();
  happen(['agent.started', 'a/0']);
  const view = new FleetView(watch, {});
  happen(['agent.observed', 'a/0'], ['agent.decided', 'a/0'], ['agent.stored', 'a/0']);
  expect(view.changes()).toBeUndefined();
});

test('all is as of the last frame, so that the changes that follow fit it', () => {
  const { watch, happen } = start();
  const view = new FleetView(watch, {});
  happen(['agent.started', 'a/0']);
  expect(view.all().states[0]).toBe('.');
  view.changes();
  expect(view.all().states[0]).toBe('o');
});

describe('a filter', () => {
  const shown = (topic: { groups?: string[]; states?: AgentState[] }) => {
    const { watch, happen } = start();
    happen(['agent.started', 'a/0'], ['agent.ended', 'a/1'], ['agent.started', 'b/0']);
    return new FleetView(watch, topic).all().states;
  };
  const rest = (letter: string, count: number) => letter.repeat(count);

  test('hides the others', () => {
    expect(shown({})).toBe(`oD....o${rest('.', 11)}`);
    expect(shown({ groups: ['b'] })).toBe(`${rest('-', 6)}o.....${rest('-', 6)}`);
    expect(shown({ states: ['done', 'failed'] })).toBe(`-D${rest('-', 16)}`);
    expect(shown({ groups: ['a'], states: ['observe'] })).toBe(`o${rest('-', 17)}`);
    expect(shown({ groups: [] })).toBe(rest('-', 18));
    expect(shown({ states: [] })).toBe(rest('-', 18));
    expect(() => shown({ groups: ['z'] })).toThrow('Cannot find group "z"');
  });

  test('one who enters or leaves the states wanted is a change', () => {
    const { watch, happen } = start();
    const view = new FleetView(watch, { states: ['decide'] });
    happen(['agent.started', 'a/0']);
    expect(view.changes()).toBeUndefined();
    happen(['agent.observed', 'a/0']);
    expect(view.changes()).toMatchObject({ agents: [0], states: 'd' });
    happen(['agent.ended', 'a/0']);
    expect(view.changes()).toMatchObject({ agents: [0], states: '-' });
  });
});

test('at a moment it is what it was then, and the frames go on from now', () => {
  const { watch, happen } = start();
  const view = new FleetView(watch, { groups: ['a'] });
  happen(['agent.started', 'a/0'], ['agent.observed', 'a/0'], ['agent.started', 'b/0']);
  expect(view.allAt(0)).toEqual({ type: 'fleet', at: 0, states: `o.....${'-'.repeat(12)}` });
  expect(view.allAt(-1).states).toBe(`${'.'.repeat(6)}${'-'.repeat(12)}`);
  expect(view.changes()).toMatchObject({ agents: [0], states: 'd' });
});
