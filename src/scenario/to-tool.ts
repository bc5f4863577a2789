import { resolve } from 'node:path';
import type { McpServerSpec, SimulatedCall, ToolSpec } from '../protocol.ts';
import { defined } from './defined.ts';
import type { CheckedScenario } from './schema.ts';

type CheckedTool = CheckedScenario['tools'][string];
type CheckedServer = Extract<CheckedTool, { mcp: unknown }>['mcp'];
type CheckedCall = NonNullable<Extract<CheckedTool, { module: unknown }>['simulate']>;

/**
 * A checked tool as the rest of troupe reads it.
 *
 * @param folder Absolute; relative paths start here.
 */
export function toTool(tool: CheckedTool, folder: string): ToolSpec {
  if ('mcp' in tool) {
    const { mcp, tools, prefix, simulate, ...common } = tool;
    const simulated = Object.fromEntries(Object.entries(simulate).map(([name, call]) => [name, toCall(call)]));
    return {
      ...toCommon(common),
      mcp: toServer(mcp, folder),
      ...(tools !== undefined && { tools }),
      prefix,
      simulated,
    };
  }
  if ('builtin' in tool && tool.builtin === 'simulated') {
    const { latency, result, failure_rate, fault, ...own } = tool;
    return { ...toCommon(own), ...toCall({ latency, result, failure_rate, fault }) };
  }
  const { simulate, ...rest } = tool;
  const simulation = simulate === undefined ? {} : { simulate: toCall(simulate) };
  if ('module' in rest) {
    const { timeout, module, ...own } = rest;
    const { timeoutMs, ...common } = toCommon({ ...own, timeout: timeout ?? 0 });
    const limit = timeout === undefined ? {} : { timeoutMs };
    return { ...common, ...limit, module: resolve(folder, module), ...simulation };
  }
  switch (rest.builtin) {
    case 'fetch': {
      const { max_bytes: maxBytes, ...own } = rest;
      return { ...toCommon(own), maxBytes, ...simulation };
    }
    case 'append-line':
    case 'find-lines':
      return { ...toCommon(rest), file: resolve(folder, rest.file), ...simulation };
    case 'search':
    case 'read-file':
    case 'write-file':
    case 'list-files':
    case 'shell':
      return { ...toCommon(rest), folder: resolve(folder, rest.folder), ...simulation } as ToolSpec;
    default:
      return { ...toCommon(rest), ...simulation } as ToolSpec;
  }
}

function toCommon<T extends { timeout: number; cache?: number | undefined }>({ timeout, cache, ...rest }: T) {
  return { ...defined(rest), timeoutMs: timeout, ...(cache !== undefined && { cacheMs: cache }) };
}

function toCall({ latency, result = null, failure_rate: failureRate, fault }: CheckedCall): SimulatedCall {
  return { latency, result, failureRate, ...(fault !== undefined && { fault }) };
}

function toServer(server: CheckedServer, folder: string): McpServerSpec {
  if ('url' in server) return server;
  return { ...server, folder: resolve(folder, server.folder ?? '.') };
}
