import { TroupeError } from '../base/errors.ts';
import type { ToolSpec } from '../protocol.ts';
import { rehearse } from './terms/rehearse.ts';
import { withTerms } from './terms/with-terms.ts';
import type { Tool, ToolOptions } from './tool.ts';

/** What one declaration of a scenario comes to. */
export interface OpenedTools {
  readonly tools: readonly Tool[];
  /** True: they have names of their own, and the declared one stands for all of them. */
  readonly isSet: boolean;
  /** Frees what they hold. Absent: nothing. */
  close?(): Promise<void>;
}

/**
 * Makes what one declaration stands for, on the terms that it names; in a rehearsal, what stands for it there.
 *
 * @throws {TroupeError} `SCENARIO_INVALID` if it cannot be made as declared; nothing is left open then.
 */
export async function openTools(name: string, spec: ToolSpec, options: ToolOptions): Promise<OpenedTools> {
  if ('builtin' in spec && spec.builtin === 'recall' && !spec.shared && (spec.cacheMs ?? 0) > 0) {
    const reason =
      'its results are of one agent, and cache gives them to all; leave out cache, or declare shared: true';
    throw new TroupeError('SCENARIO_INVALID', `Cannot make tool "${name}": ${reason}`);
  }
  const opened = await open(name, spec, options);
  try {
    const tools = withTerms(name, opened.tools, spec);
    // A server's tools know of rehearsals themselves: there is no server then.
    if (!options.virtual || 'mcp' in spec) return { ...opened, tools: withApproval(tools, spec) };
    const rehearsal = { simulate: spec.simulate, params: options.params };
    const rehearsed = tools.map((tool) => rehearse(tool, { ...rehearsal, reachesOutside: reachesOutside(spec, tool) }));
    return { ...opened, tools: withApproval(rehearsed, spec) };
  } catch (error) {
    await Promise.allSettled([opened.close?.()]);
    throw error;
  }
}

/** Whatever the tools of a declaration are, their calls wait for a person when it says so. */
function withApproval(tools: readonly Tool[], { approval }: ToolSpec): readonly Tool[] {
  return approval === undefined ? tools : tools.map((tool) => ({ ...tool, approval }));
}

/** Nobody but its author knows what a module does: tools that change nothing run as they are. */
function reachesOutside(spec: ToolSpec, { effects }: Tool): boolean {
  if ('module' in spec) return effects !== 'none';
  return 'builtin' in spec && (spec.builtin === 'fetch' || spec.builtin === 'shell');
}

async function open(name: string, spec: ToolSpec, options: ToolOptions): Promise<OpenedTools> {
  if ('mcp' in spec) {
    const { openMcpTools } = await import('./mcp/open-mcp-tools.ts');
    return { ...(await openMcpTools(name, spec, options)), isSet: true };
  }
  if ('module' in spec) return (await import('./module/module-tools.ts')).openModuleTools(name, spec);
  return { tools: [await createBuiltin(name, spec, options)], isSet: false };
}

/** Imports only what a scenario uses: a library for searching is not loaded for one that does not search. */
async function createBuiltin(
  name: string,
  spec: Extract<ToolSpec, { builtin: unknown }>,
  options: ToolOptions,
): Promise<Tool> {
  switch (spec.builtin) {
    case 'search':
      return (await import('./builtin/search.ts')).createSearch(name, spec);
    case 'metrics':
      return (await import('./builtin/metrics.ts')).createMetrics(name, spec, options);
    case 'read-file':
      return (await import('./builtin/read-file.ts')).createReadFile(name, spec, options);
    case 'write-file':
      return (await import('./builtin/write-file.ts')).createWriteFile(name, spec, options);
    case 'list-files':
      return (await import('./builtin/list-files.ts')).createListFiles(name, spec, options);
    case 'calculate':
      return (await import('./builtin/calculate.ts')).createCalculate(name, spec);
    case 'now':
      return (await import('./builtin/now.ts')).createNow(name, spec);
    case 'append-line':
      return (await import('./builtin/append-line.ts')).createAppendLine(name, spec, options);
    case 'find-lines':
      return (await import('./builtin/find-lines.ts')).createFindLines(name, spec, options);
    case 'send':
    case 'ask':
    case 'publish':
    case 'subscribe':
    case 'unsubscribe':
    case 'delegate':
    case 'handoff':
    case 'spawn':
    case 'finish':
      return (await import('./mail/create-mail-tool.ts')).createMailTool(name, spec);
    case 'read-board':
    case 'write-board':
      return (await import('./board/create-board-tool.ts')).createBoardTool(name, spec);
    case 'ask-person':
      return (await import('./builtin/ask-person.ts')).createAskPerson(name, spec);
    case 'remember':
      return (await import('./builtin/remember.ts')).createRemember(name, spec);
    case 'recall':
      return (await import('./builtin/recall.ts')).createRecall(name, spec);
    case 'fetch':
      return (await import('./builtin/fetch.ts')).createFetch(name, spec, options);
    case 'shell':
      return (await import('./builtin/shell.ts')).createShell(name, spec, options);
    case 'simulated':
      return (await import('./builtin/simulated.ts')).createSimulated(name, spec, options);
  }
}
