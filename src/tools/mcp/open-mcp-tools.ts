import { fillIn, fillInAll } from '../../base/environment.ts';
import { TroupeError, toErrorInfo } from '../../base/errors.ts';
import { MCP_DESCRIPTION_MAX_CHARS } from '../../base/limits.ts';
import type { McpServerSpec, McpToolSpec } from '../../protocol.ts';
import { resolveFolder } from '../files/resolve-folder.ts';
import type { Tool, ToolOptions } from '../tool.ts';
import type { ServerTool } from './connection.ts';
import type { McpServer } from './mcp-server.ts';
import { nameTools } from './name-tools.ts';
import { rehearseMcpTools } from './rehearse-mcp-tools.ts';
import { type ServerAnswer, toResult } from './to-result.ts';

/** Tools of a server that are named when one is missing. */
const SHOWN_TOOLS = 50;

/** The tools of one server, and its end. */
export interface McpTools {
  readonly tools: readonly Tool[];
  /** Ends the server. Idempotent, bounded in time, does not reject. */
  close(): Promise<void>;
}

/**
 * Starts a server of tools, or reaches it, for all agents together; in a rehearsal nothing is started.
 *
 * @param name The scenario's for it, for errors and events.
 * @throws {TroupeError} `SCENARIO_INVALID` if it cannot be started or reached, has not the tools that are used, or has two
 * that would be called the same. Nothing is left of it then.
 */
export async function openMcpTools(name: string, spec: McpToolSpec, options: ToolOptions): Promise<McpTools> {
  if (options.virtual) return { tools: rehearseMcpTools(name, spec, options), close: () => Promise.resolve() };
  const filled = await fillInServer(name, spec.mcp);
  // Not for rehearsals: the protocol's library takes a while to load.
  const { McpServer } = await import('./mcp-server.ts');
  const server = new McpServer(name, filled, options.tell);
  try {
    const there = await server.open();
    const named = nameTools(name, pickTools(name, spec.tools, there), spec.prefix);
    const tools = [...named].map(([toolName, serverName]) =>
      createTool(toolName, serverName, { name, spec, server, listed: there.get(serverName) }),
    );
    return { tools, close: () => server.close() };
  } catch (error) {
    await server.close();
    if (error instanceof TroupeError) throw error;
    const which = 'url' in spec.mcp ? spec.mcp.url.replace(/\?.*/, '') : spec.mcp.command;
    const { lastLines } = server;
    const said = lastLines === '' ? '' : `; the last it said:${lastLines}`;
    const message = `Cannot start the tools "${name}": ${toErrorInfo(error).message} (server: ${which})${said}`;
    throw new TroupeError('SCENARIO_INVALID', message);
  }
}

async function fillInServer(name: string, server: McpServerSpec): Promise<McpServerSpec> {
  const where = `the tools "${name}"`;
  if ('url' in server) return { url: fillIn(server.url, where), headers: fillInAll(server.headers, where) };
  const args = server.args.map((arg) => fillIn(arg, where));
  const env = fillInAll(server.env, where);
  // Else the system would say of the program that it does not exist.
  return { command: server.command, args, env, folder: await resolveFolder(name, server.folder) };
}

/** The server's names of those that are used. */
function pickTools(
  name: string,
  wanted: readonly string[] | undefined,
  there: ReadonlyMap<string, ServerTool>,
): readonly string[] {
  const missing = wanted?.filter((tool) => !there.has(tool)) ?? [];
  if (missing.length === 0) return wanted ?? [...there.keys()];
  const shown = [...there.keys()].slice(0, SHOWN_TOOLS);
  const more = there.size > shown.length ? ` and ${there.size - shown.length} more` : '';
  const has = there.size === 0 ? 'it has none' : `it has ${shown.join(', ')}${more}`;
  const quoted = missing.map((tool) => `"${tool}"`).join(', ');
  throw new TroupeError('SCENARIO_INVALID', `Cannot use the tools "${name}": its server has no ${quoted}; ${has}`);
}

interface Origin {
  readonly name: string;
  readonly spec: McpToolSpec;
  readonly server: McpServer;
  readonly listed: ServerTool | undefined;
}

function createTool(toolName: string, serverName: string, { name, spec, server, listed }: Origin): Tool {
  const description = listed?.description || spec.description || `Tool "${serverName}" of the server "${name}".`;
  const { timeoutMs } = spec;
  return {
    name: toolName,
    description: description.slice(0, MCP_DESCRIPTION_MAX_CHARS),
    parameters: listed?.parameters ?? { type: 'object' },
    timeoutMs,
    effects: spec.effects ?? toEffects(listed),
    external: true,
    async execute(args, context) {
      let answer: ServerAnswer;
      try {
        answer = await server.call(serverName, args, context, timeoutMs);
      } catch (error) {
        throw new TroupeError('TOOL_FAILED', `Tool "${toolName}" failed: ${toErrorInfo(error).message}`, {
          cause: error,
        });
      }
      return toResult(toolName, answer);
    },
  };
}

/** What the server says of a tool; of one of which it says nothing the worst has to be assumed. */
function toEffects(tool: ServerTool | undefined): Tool['effects'] {
  if (tool?.isReadOnly === true) return 'none';
  return tool?.isIdempotent === true ? 'idempotent' : 'once';
}
