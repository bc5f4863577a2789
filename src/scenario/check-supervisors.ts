import type { Json, JsonObject } from '../protocol.ts';
import type { Report } from './text/problems.ts';
import { didYouMean } from './text/suggest.ts';

/** The root has no name of its own in a file; this is what events call it. */
export const ROOT_SUPERVISOR = 'root';

/**
 * Checks that supervisors are a tree: each group and supervisor stands under one of them at most, and none under itself.
 *
 * Contract: takes any values and skips those of the wrong type, which the schema reports.
 */
export function checkSupervisors(scenario: JsonObject, report: Report): void {
  const supervisors = toMap(scenario.supervisors);
  const groups = toMap(scenario.agents);
  const known = [...Object.keys(groups), ...Object.keys(supervisors)];
  const parents = new Map<string, string>();
  for (const { by, index, child } of toClaims(supervisors)) {
    const message = toProblem(child, known, parents);
    const hint = known.includes(child) ? undefined : didYouMean(child, known);
    if (message !== undefined) report({ path: ['supervisors', by, 'children', index], message, hint });
    else parents.set(child, by);
  }
  for (const name of Object.keys(supervisors)) {
    const tell = (message: string, hint?: string) => report({ path: ['supervisors', name], at: 'key', message, hint });
    if (name in groups) tell('is the name of a group too', 'call it otherwise');
    if (name === ROOT_SUPERVISOR) tell('is the name of the one above all', 'call it otherwise');
    if (isUnderItself(name, parents)) tell('stands under itself');
  }
}

/** Who says that who stands under it. */
function toClaims(supervisors: JsonObject): { by: string; index: number; child: string }[] {
  return Object.entries(supervisors).flatMap(([by, supervisor]) => {
    const { children } = toMap(supervisor);
    const list = Array.isArray(children) ? children : [];
    return list.flatMap((child, index) => (typeof child === 'string' ? [{ by, index, child }] : []));
  });
}

function toProblem(child: string, known: readonly string[], parents: ReadonlyMap<string, string>): string | undefined {
  if (!known.includes(child)) return `unknown group or supervisor "${child}"`;
  const before = parents.get(child);
  return before === undefined ? undefined : `"${child}" stands under "${before}" already`;
}

function isUnderItself(name: string, parents: ReadonlyMap<string, string>): boolean {
  const seen = new Set<string>();
  for (let above = parents.get(name); above !== undefined && !seen.has(above); above = parents.get(above)) {
    if (above === name) return true;
    seen.add(above);
  }
  return false;
}

function toMap(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
