import { resolve } from 'node:path';
import { isBoardTool, isMailTool } from '../base/mail-tools.ts';
import type { MailToolName, McpServerSpec, SimulatedCall, ToolSpec } from '../protocol.ts';
import { defined } from './defined.ts';
import type { CheckedScenario } from './schema.ts';
import { type CheckedApproval, toApproval, toPersonTool } from './to-approval.ts';

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
  if ('builtin' in tool && tool.builtin === 'ask-person') return toPersonTool(tool);
  if (isMail(tool)) {
    const { to, ...own } = tool as CheckedMail & { to?: string | readonly string[] };
    return { ...toCommon(own), ...(to !== undefined && { to: typeof to === 'string' ? [to] : to }) };
  }
  if ('builtin' in tool && isBoardTool(tool.builtin)) return toCommon(tool) as ToolSpec;
  const { simulate, ...rest } = tool as Exclude<typeof tool, CheckedBoard>;
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

type CheckedBoard = Extract<CheckedTool, { builtin: 'read-board' | 'write-board' }>;
type CheckedMail = Extract<CheckedTool, { builtin: MailToolName }>;

function isMail(tool: CheckedTool): tool is CheckedMail {
  return 'builtin' in tool && isMailTool(tool.builtin);
}

interface CheckedTerms {
  readonly timeout: number;
  readonly cache?: number | undefined;
  readonly approval?: CheckedApproval | undefined;
}

function toCommon<T extends CheckedTerms>({ timeout, cache, approval, ...rest }: T) {
  return {
    ...defined(rest),
    timeoutMs: timeout,
    ...(cache !== undefined && { cacheMs: cache }),
    ...(approval !== undefined && { approval: toApproval(approval) }),
  };
}

function toCall({ latency, result = null, failure_rate: failureRate, fault }: CheckedCall): SimulatedCall {
  return { latency, result, failureRate, ...(fault !== undefined && { fault }) };
}

function toServer(server: CheckedServer, folder: string): McpServerSpec {
  if ('url' in server) return server;
  return { ...server, folder: resolve(folder, server.folder ?? '.') };
}
