import { createAgentMachine } from './agent/machine.ts';
import type { JsonObject } from './protocol.ts';
import { createSupervisorMachine } from './supervisor/chart.ts';

/** The state machines of a run, by the ids of their charts. */
export type Machines = Readonly<Record<'agent' | 'supervisor', JsonObject>>;

/**
 * The configurations of the very machines that run, as JSON: guards and actions by name, without the context, which is
 * made from an agent's input. XState's `createMachine` loads them, and editors of XState machines import them.
 *
 * @throws {TypeError} If a configuration has a function elsewhere: it could not be written down.
 */
export function describeMachines(): Machines {
  // Nothing of these is called: only the configurations are read.
  const agent = createAgentMachine({} as Parameters<typeof createAgentMachine>[0]);
  const supervisor = createSupervisorMachine({ drain: () => {}, stop: () => {} });
  return { agent: toJson(agent.config), supervisor: toJson(supervisor.config) };
}

function toJson({ context: _, ...config }: { readonly context?: unknown }): JsonObject {
  const text = JSON.stringify(config, (key, value: unknown) => {
    if (typeof value === 'function') throw new TypeError(`Cannot describe the machine: "${key}" is a function`);
    return value;
  });
  return JSON.parse(text) as JsonObject;
}
