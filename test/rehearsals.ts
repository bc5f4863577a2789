import type { RunEvent, Scenario } from '../src/protocol.ts';
import { type Run, type RunOptions, startRun } from '../src/run.ts';
import { parseScenario } from '../src/scenario/load.ts';

/** Ten clerks with three observations of two turns each; `changes` replace top-level keys. */
export function scenarioOf(changes: object = {}): Scenario {
  const scenario = {
    name: 'orders',
    seed: 3,
    models: {
      clerk: {
        latency: { min: '1s', max: '2s' },
        rules: [
          { on: 'observation', call: ['lookup'] },
          { on: 'results', reply: 'It is {{ results.lookup.state }}.' },
          { on: 'message', reply: 'You said {{ observation.text }}.' },
        ],
      },
    },
    tools: { lookup: { builtin: 'simulated', latency: '500ms', result: { state: 'paid' } } },
    agents: { clerk: { count: 10, model: 'clerk', tools: ['lookup'], observe: ['first', 'second', 'third'] } },
    ...changes,
  };
  return parseScenario(JSON.stringify(scenario), { name: 'orders', folder: '/' });
}

export const inMemory = { memory: { store: 'in-memory' } };
/** Agents that wait for messages. */
export const waiting = { agents: { clerk: { count: 2, model: 'clerk', tools: ['lookup'], observe: { inbox: true } } } };

/** Rehearses to the end. */
export async function rehearse(scenario: Scenario, options: RunOptions = {}) {
  const events: RunEvent[] = [];
  const run = await startRun(scenario, { virtual: true, ...options, onEvent: (event) => events.push(event) });
  return { summary: await run.finished, events };
}

/** The events as `--events` would write them. */
export const toLines = (events: readonly RunEvent[]) => events.map((event) => JSON.stringify(event)).join('\n');

/** The next event that fits. */
export function next<T extends RunEvent['type']>(run: Run, type: T, agent?: string): Promise<RunEvent & { type: T }> {
  return new Promise((resolve) => {
    const forget = run.subscribe((event) => {
      if (event.type !== type || (agent !== undefined && (!('agent' in event) || event.agent !== agent))) return;
      forget();
      resolve(event as RunEvent & { type: T });
    });
  });
}
