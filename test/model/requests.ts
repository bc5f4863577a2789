import { CallContext } from '../../src/base/call-context.ts';
import { type Clock, createVirtualClock } from '../../src/base/clock.ts';
import { createRandom } from '../../src/base/random.ts';
import type { ModelContext } from '../../src/model/model.ts';
import type { AgentSpec, ModelRequest, Observation, SimulatedAnswer, SimulatedModelSpec } from '../../src/protocol.ts';

/** One agent of a group, enough of it for a model. */
export const spec: AgentSpec = {
  id: 'analyst/3',
  index: 3,
  row: { host: 'db-1' },
  items: [],
  group: {
    name: 'analyst',
    members: { kind: 'count', count: 4 },
    model: 'analyst',
    tools: [],
    instructions: '',
    observe: { items: [], inbox: false },
    limits: { turns: 16, identicalCalls: 3, wallMs: 60_000 },
    restart: 'temporary',
    retries: 0,
  },
};

export function observe(text: string, more: Partial<Observation> = {}): Observation {
  return { kind: 'observation', text, ...more };
}

/** An observation of results, from tool names to contents. */
export function results(contents: Record<string, unknown>): Observation {
  return {
    kind: 'results',
    text: 'results',
    results: Object.entries(contents).map(([name, content], index) => ({
      callId: `call-1-${index + 1}`,
      name,
      isError: false,
      content: content as never,
      serviceMs: 1,
    })),
  };
}

export function request(observation: Observation = observe('hello'), more: Partial<ModelRequest> = {}): ModelRequest {
  return { spec, turn: 1, step: 1, attempt: 1, observation, instructions: '', transcript: [], tools: [], ...more };
}

/** A call that nobody watches. */
class QuietCall extends CallContext implements ModelContext {
  tell(): void {}
}

export function context(clock: Clock = createVirtualClock(), seed = 1, call = '1/model'): ModelContext {
  return new QuietCall(spec.id, 1, call, clock, createRandom(seed));
}

/** A simulated model that takes no time and never fails, but for what is given. */
export function simulated(more: Partial<SimulatedModelSpec>): SimulatedModelSpec {
  return {
    provider: 'simulated',
    latency: { kind: 'constant', ms: 0 },
    failureRate: 0,
    sequence: [],
    rules: [],
    ...more,
  };
}

export function answer(reply: string, more: Partial<SimulatedAnswer> = {}): SimulatedAnswer {
  return { reply, call: [], ...more };
}
