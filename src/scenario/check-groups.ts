import { toErrorInfo } from '../base/errors.ts';
import { compileSchema } from '../base/json-schema.ts';
import type { Json, JsonObject } from '../protocol.ts';
import type { Checker } from './checker.ts';
import type { Path } from './text/problems.ts';
import { isMap, toList, toMap } from './values.ts';

/** The names that templates of a group may read; those for rows that are dealt. */
const MEMBER_SCOPE = ['index', 'row', 'params', 'agent', 'user', 'session', 'parent'];
const DEALT_SCOPE = ['data', ...MEMBER_SCOPE];

/** What says who is in a group. */
const KINDS = ['count', 'each', 'list', 'spawn', 'sessions'];

/** Checks who is in groups, what they have and what they observe. */
export function checkGroups(check: Checker): void {
  const wired = new Set(check.reached);
  for (const [name, group] of check.groups) {
    const path = ['agents', name];
    checkMembers(check, path, group);
    if (typeof group.model === 'string') check.known('model', group.model, check.modelNames, [...path, 'model']);
    toList(group.tools).forEach((tool, index, all) => {
      if (typeof tool !== 'string') return;
      const place = [...path, 'tools', index];
      if (all.indexOf(tool) < index) check.report({ path: place, message: `tool "${tool}" is listed twice` });
      else check.knownTool(tool, place, 'value');
    });
    check.templates([...path, 'instructions'], group.instructions, MEMBER_SCOPE);
    check.templates([...path, 'subscribe'], group.subscribe, MEMBER_SCOPE);
    check.templates([...path, 'address'], group.address, ['index', 'row', 'params']);
    checkOutput(check, [...path, 'output'], group.output);
    checkObserve(check, path, group, wired.has(name));
  }
}

function checkMembers(check: Checker, path: Path, group: JsonObject): void {
  const kinds = KINDS.filter((key) => key in group);
  if (kinds.length === 0) {
    check.report({ path, at: 'key', message: 'has no members', hint: 'give it count, each, list, spawn or sessions' });
  } else if (kinds.length > 1) {
    const message = `expected only one of ${KINDS.join(', ')}, found ${kinds.join(' and ')}`;
    check.report({ path: [...path, kinds[1] ?? ''], at: 'key', message });
  }
  if (Array.isArray(group.list) && group.list.length === 0) {
    check.report({ path: [...path, 'list'], message: 'expected at least one row, found an empty list' });
  }
  check.exists([...path, 'each'], group.each, 'file');
  check.exists([...path, 'each', 'folder'], toMap(group.each).folder, 'folder');
}

function checkOutput({ report }: Checker, path: Path, schema: Json | undefined): void {
  if (!isMap(schema)) return;
  try {
    compileSchema(schema, 'the output');
  } catch (error) {
    report({ path, message: toErrorInfo(error).message });
  }
}

/** @param isReached Something of the scenario sends to the group. */
function checkObserve(check: Checker, group: Path, { observe, ...rest }: JsonObject, isReached: boolean): void {
  const path = observe === undefined ? group : [...group, 'observe'];
  const tellNothing = (): void => {
    if (isReached || ['spawn', 'sessions', 'subscribe'].some((key) => key in rest)) return;
    const hint = 'give observe: a text, items, each, or inbox: true';
    check.report({ path, at: 'key', message: 'leaves the agents nothing to observe', hint });
  };
  if (observe === undefined) tellNothing();
  if (!isMap(observe)) {
    check.templates(path, observe, MEMBER_SCOPE);
    if (Array.isArray(observe) && observe.length === 0) tellNothing();
    return;
  }
  const { items, each, text, inbox } = observe;
  const some = Array.isArray(items) ? items.length > 0 : items !== undefined;
  if (!some && each === undefined && text === undefined && inbox !== true) tellNothing();
  if (items !== undefined && text !== undefined && each === undefined) {
    const hint = 'write it as one of the items, or give each';
    const message = 'is for the rows of each, which is not here';
    check.report({ path: [...path, 'text'], at: 'key', message, hint });
  }
  check.templates([...path, 'items'], items, MEMBER_SCOPE);
  check.templates([...path, 'text'], text, each === undefined ? MEMBER_SCOPE : DEALT_SCOPE);
  check.exists([...path, 'each'], each, 'file');
}
