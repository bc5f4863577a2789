import { TroupeError } from '../base/errors.ts';
import type { ToolSpec } from '../protocol.ts';
import { prepareArguments } from './check-arguments.ts';
import { createLineFile, createRehearsedLineFile, type LineFile } from './line-file.ts';
import type { Tool, ToolOptions } from './tool.ts';

/**
 * Makes each declared tool, once for all agents.
 *
 * @param options.extra Tools from code, beside the declared ones.
 * @returns By name: the declared ones in the scenario's order, then the extra ones.
 * @throws {TroupeError} `USAGE` if two tools have the same name; `SCENARIO_INVALID` if a tool cannot be made as declared,
 * such as a search in a folder that does not exist.
 */
export async function createTools(
  specs: Readonly<Record<string, ToolSpec>>,
  options: Omit<ToolOptions, 'lineFile'> & { readonly extra?: readonly Tool[] },
): Promise<ReadonlyMap<string, Tool>> {
  const own = { ...options, lineFile: openLineFiles(options.virtual) };
  const declared = await Promise.all(Object.entries(specs).map(([name, spec]) => createTool(name, spec, own)));
  const tools = new Map(declared.map((tool) => [tool.name, tool]));
  for (const tool of options.extra ?? []) {
    if (tools.has(tool.name)) {
      throw new TroupeError('USAGE', `Cannot add tool "${tool.name}": there is another of that name`);
    }
    tools.set(tool.name, tool);
  }
  for (const tool of tools.values()) prepareArguments(tool);
  return tools;
}

function openLineFiles(virtual: boolean): ToolOptions['lineFile'] {
  const files = new Map<string, LineFile>();
  return (path) => {
    const file = files.get(path) ?? (virtual ? createRehearsedLineFile() : createLineFile(path));
    files.set(path, file);
    return file;
  };
}

/** Imports only what a scenario uses: a library for searching is not loaded for one that does not search. */
async function createTool(name: string, spec: ToolSpec, options: ToolOptions): Promise<Tool> {
  switch (spec.builtin) {
    case 'search':
      return (await import('./builtin/search.ts')).createSearch(name, spec);
    case 'metrics':
      return (await import('./builtin/metrics.ts')).createMetrics(name, spec, options);
    case 'read-file':
      return (await import('./builtin/read-file.ts')).createReadFile(name, spec);
    case 'calculate':
      return (await import('./builtin/calculate.ts')).createCalculate(name, spec);
    case 'now':
      return (await import('./builtin/now.ts')).createNow(name, spec);
    case 'append-line':
      return (await import('./builtin/append-line.ts')).createAppendLine(name, spec, options);
    case 'find-lines':
      return (await import('./builtin/find-lines.ts')).createFindLines(name, spec, options);
    case 'send':
      return (await import('./builtin/send.ts')).createSend(name, spec);
    case 'simulated':
      return (await import('./builtin/simulated.ts')).createSimulated(name, spec, options);
  }
}
