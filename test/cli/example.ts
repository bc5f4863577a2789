import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunOptions } from '../../src/run.ts';
import { runScenario } from '../../src/run-scenario.ts';

/** Three agents with two observations each; `changes` replace top-level keys. */
export function exampleScenario(changes: object = {}): object {
  return {
    name: 'example',
    seed: 5,
    models: {
      clerk: {
        latency: { min: '50ms', max: '100ms' },
        rules: [
          { on: 'observation', call: [{ lookup: { order: '{{ index }}' } }] },
          { on: 'results', reply: 'Order {{ index }} is {{ results.lookup.state }}.' },
        ],
      },
    },
    tools: { lookup: { builtin: 'simulated', latency: '10ms', result: { state: 'paid' } } },
    agents: { clerk: { count: 3, model: 'clerk', tools: ['lookup'], observe: ['Look it up.', 'Again.'] } },
    expect: ['agents.done == 3'],
    ...changes,
  };
}

/** The same as a file in `folder`. @returns Its path. */
export function writeExample(folder: string, changes: object = {}): string {
  const file = join(folder, 'example.json');
  writeFileSync(file, JSON.stringify(exampleScenario(changes), null, 2));
  return file;
}

/** A data directory below `folder` with one rehearsal of the example, all of it done. */
export async function rehearsedData(folder: string, options: RunOptions = {}) {
  const data = join(folder, 'data');
  const summary = await runScenario(exampleScenario(), { virtual: true, data, ...options });
  return { data, summary };
}
