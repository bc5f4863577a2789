import type { Scenario, SimulatedModelSpec } from '../../src/protocol.ts';
import { parseScenario, ScenarioError } from '../../src/scenario/load.ts';

/** A model of which the test knows that it is simulated. */
export function simulatedOf({ models }: Pick<Scenario, 'models'>, name: string): SimulatedModelSpec {
  return models[name] as SimulatedModelSpec;
}

/** A small valid scenario; tests make one mistake in it. The folder has `text/` and `refusals.ts`. */
export const VALID = `name: demo
params: { n: 2 }
models:
  m:
    rules: [{ reply: hi, call: [{ t: {} }] }]
tools:
  t: { builtin: metrics }
agents:
  a:
    count: 2
    model: m
    tools: [t]
    observe: hello
expect: [agents.done == 2]
`;

/** A valid scenario with every section and every form of each. */
export const FULL = `# kept in the source
name: full
about: Everything at once.
seed: 42
models:
  m:
    provider: simulated
    latency: { median: 1200ms, p95: 2s }
    failure_rate: 0.5
    sequence:
      - reply: first
        tokens: { input: 5 }
      - { fail: "no" }
    rules:
      - on: observation
        match: ^disk
        when: turn == 1
        call: [{ search: { q: "{{ observation.text }}" } }, now, { fake: }]
        final: true
        latency: 5ms
      - reply: "{{ results.search[0].title }}"
tools:
  search: { builtin: search, folder: ./text, timeout: 5s, description: Runbooks. }
  now: { builtin: now }
  fake: { builtin: simulated, latency: { min: 1ms, max: 2ms }, result: { a: ["{{ args.q }}"] }, failure_rate: 0.1, fault: hang, parameters: { type: object } }
agents:
  counted: { count: 2, model: m, tools: [search, now, fake], observe: one, limits: { turns: 2 } }
  rows: { each: ./refusals.ts, model: m, instructions: "Hi {{ row.x }}", observe: { each: refusals.ts, text: "{{ data.x }}", items: two } }
  listed: { list: [{ x: 1 }], model: m, observe: { text: single, inbox: true } }
memory: { store: in-memory, durability: sync, latency: 1ms }
limits: { turns: 9, identical_calls: 4, wall: 1h, concurrency: { m: 3 } }
expect: [agents.done == agents.total]
`;

export const FOLDER = import.meta.dirname;

/** The valid text with one place changed. */
export function edit(from: string, to: string): string {
  if (!VALID.includes(from)) throw new Error(`"${from}" is not in the text`);
  return VALID.replace(from, () => to);
}

/**
 * A watch for this process: CPU time or elapsed time, whichever is less, so that a busy machine fails no test.
 *
 * @returns Reads the milliseconds since it was made.
 */
export function stopwatch(): () => number {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return Math.min(performance.now() - start, (user + system) / 1_000);
  };
}

/** The lines a text is refused with; it must be refused, and within a second. */
export function refusal(text: string, set: readonly string[] = []): string[] {
  const elapsed = stopwatch();
  try {
    parseScenario(text, { name: 'f.yaml', folder: FOLDER, set });
  } catch (error) {
    const took = elapsed();
    if (took > 1_000) throw new Error(`It took ${took} ms`, { cause: error });
    if (!(error instanceof ScenarioError)) throw error;
    return error.message.split('\n');
  }
  throw new Error('It was accepted');
}
