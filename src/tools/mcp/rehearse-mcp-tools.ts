import { TroupeError } from '../../base/errors.ts';
import type { McpToolSpec } from '../../protocol.ts';
import { createSimulated } from '../builtin/simulated.ts';
import type { Tool, ToolOptions } from '../tool.ts';
import { nameTools } from './name-tools.ts';

/**
 * What stands for a server's tools in a rehearsal: those that `tools:` names, or else those that `simulate:` does. A call
 * of one without `simulate:` fails with `TOOL_FAILED`.
 *
 * @throws {TroupeError} `SCENARIO_INVALID` as `nameTools`; `TEMPLATE` if a result's templates cannot be read.
 */
export function rehearseMcpTools(name: string, spec: McpToolSpec, options: ToolOptions): readonly Tool[] {
  const { simulated, timeoutMs, effects, prefix } = spec;
  const named = nameTools(name, spec.tools ?? Object.keys(simulated), prefix);
  return [...named].map(([toolName, serverName]) => {
    const call = Object.hasOwn(simulated, serverName) ? simulated[serverName] : undefined;
    const description = spec.description ?? `Simulated tool "${serverName}" of the server "${name}".`;
    const common = { description, timeoutMs, effects: effects ?? 'none' } as const;
    if (call !== undefined) return createSimulated(toolName, { builtin: 'simulated', ...call, ...common }, options);
    const needs = `a rehearsal starts no server; add \`simulate:\` with "${serverName}" to the tools "${name}"`;
    return {
      ...common,
      name: toolName,
      parameters: { type: 'object' },
      external: false,
      execute() {
        throw new TroupeError('TOOL_FAILED', `Cannot call tool "${toolName}": ${needs}`);
      },
    };
  });
}
