import { TroupeError } from '../../base/errors.ts';
import type { JsonObject, SimulatedCall } from '../../protocol.ts';
import type { Tool } from '../tool.ts';
import { simulateCall } from './simulate-call.ts';

export interface Rehearsal {
  /** What a call does instead of the real thing. Undefined: nothing was said. */
  readonly simulate: SimulatedCall | undefined;
  /** True: the real thing reaches outside this machine, or changes it. */
  readonly reachesOutside: boolean;
  /** The scenario's parameters. */
  readonly params: JsonObject;
}

/**
 * A tool as it is in a rehearsal: with its own name, description, parameters and terms, but simulated, if the scenario says
 * how; otherwise one that reaches outside refuses every call, at once, and any other one is as it is.
 *
 * @throws {TroupeError} `TEMPLATE` if the simulated result's templates cannot be read.
 */
export function rehearse(tool: Tool, { simulate, reachesOutside, params }: Rehearsal): Tool {
  if (simulate !== undefined) {
    const execute = simulateCall(tool.name, simulate, params);
    return { ...tool, external: false, checksArguments: false, execute };
  }
  if (!reachesOutside) return tool;
  const { name, description, parameters, timeoutMs, effects } = tool;
  return {
    name,
    description,
    parameters,
    timeoutMs,
    effects,
    external: false,
    execute() {
      throw new TroupeError(
        'TOOL_FAILED',
        `Cannot call "${name}" in a rehearsal: it reaches outside; give it simulate: in the scenario`,
      );
    },
  };
}
