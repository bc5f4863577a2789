import type { Json, JsonObject } from '../protocol.ts';
import { BUILTIN_EFFECTS } from './builtin-effects.ts';
import { checkApproval } from './check-approval.ts';
import type { Checker } from './checker.ts';
import type { Path } from './text/problems.ts';
import { isMap, toEntries, toMap } from './values.ts';

/** The names that templates of a tool's result may read. */
const TOOL_SCOPE = ['args', 'agent', 'index', 'row', 'params'];
/** Nothing is kept for no time, in whatever unit. */
const NO_TIME = /^[0.]+[a-z]+$/;

/** Checks results, paths, and that the effects of tools allow what is wanted of them. */
export function checkTools(check: Checker): void {
  for (const [name, tool] of check.tools) {
    const path = ['tools', name];
    checkResults(check, path, tool);
    checkTerms(check, path, tool);
    checkApproval(check, path, tool);
    check.exists([...path, 'folder'], tool.folder, 'folder');
    check.exists([...path, 'module'], tool.module, 'file');
    check.exists([...path, 'mcp', 'folder'], toMap(tool.mcp).folder, 'folder');
  }
}

function checkResults(check: Checker, path: Path, tool: JsonObject): void {
  if (tool.builtin === 'simulated') check.templates([...path, 'result'], tool.result, TOOL_SCOPE);
  const { simulate } = tool;
  if (isMap(simulate) && !('mcp' in tool)) {
    check.templates([...path, 'simulate', 'result'], simulate.result, TOOL_SCOPE);
  } else if (isMap(simulate)) {
    for (const [name, call] of toEntries(simulate)) {
      check.templates([...path, 'simulate', name, 'result'], call.result, TOOL_SCOPE);
    }
  }
}

/** What is not known before a module or a server is there, is refused when it is. */
function checkTerms({ report }: Checker, path: Path, tool: JsonObject): void {
  const { builtin, shared = false, cache } = tool;
  const isCached = typeof cache === 'string' && !NO_TIME.test(cache);
  if (builtin === 'recall' && shared === false && isCached) {
    report({
      path: [...path, 'cache'],
      at: 'key',
      message: 'would give what one agent recalls to all of them',
      hint: 'leave it out, or declare shared: true',
    });
  }
  const effects = toEffects(tool);
  if (effects === undefined) return;
  const whose = tool.effects === undefined ? `, which ${builtin} has` : '';
  if (effects === 'once' && typeof tool.retries === 'number' && tool.retries > 0) {
    report({
      path: [...path, 'retries'],
      at: 'key',
      message: `cannot be had with effects once${whose}: a call that is made again may be done twice`,
      hint: 'leave it out, or declare effects idempotent or none if so',
    });
  }
  if (effects !== 'none' && isCached) {
    report({
      path: [...path, 'cache'],
      at: 'key',
      message: `cannot be had with effects ${effects}${whose}: calls that are answered from it are not made`,
      hint: 'leave it out, or declare effects none if so',
    });
  }
}

function toEffects({ effects, builtin }: JsonObject): Json | undefined {
  if (effects !== undefined) return ['none', 'idempotent', 'once'].find((known) => known === effects);
  return Object.entries(BUILTIN_EFFECTS).find(([known]) => known === builtin)?.[1];
}
