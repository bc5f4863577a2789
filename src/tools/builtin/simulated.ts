import type { SimulatedToolSpec } from '../../protocol.ts';
import { simulateCall } from '../terms/simulate-call.ts';
import type { Tool, ToolOptions } from '../tool.ts';

/**
 * A tool that does nothing but take its time: for rehearsals, and for scenarios before their tools exist.
 *
 * @throws {TroupeError} `TEMPLATE` if the result's templates cannot be read.
 */
export function createSimulated(name: string, spec: SimulatedToolSpec, { params }: Pick<ToolOptions, 'params'>): Tool {
  return {
    name,
    description: spec.description ?? `Simulated tool "${name}".`,
    parameters: spec.parameters ?? { type: 'object' },
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'none',
    external: false,
    execute: simulateCall(name, spec, params),
  };
}
