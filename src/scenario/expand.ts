import { open } from 'node:fs/promises';
import { toErrorInfo } from '../base/errors.ts';
import { AGENTS_MAX, ROWS_MAX_BYTES, SCENARIO_MAX_DEPTH } from '../base/limits.ts';
import { compileTemplate } from '../base/template.ts';
import type { AgentSpec, GroupSpec, JsonObject, Members, ObservationItem, Scenario } from '../protocol.ts';
import { readMemberFiles } from './member-files.ts';
import { FORBIDDEN_KEYS } from './text/converter.ts';
import { type Problem, ScenarioError, toFound } from './text/problems.ts';

const NO_ROW: JsonObject = Object.freeze({});

/**
 * Makes the agents of a scenario, group by group in the order of the file, with ids `group/index`.
 *
 * Small for each agent: members without a row of their own share one, and so do members that are dealt the same.
 *
 * @throws {ScenarioError} If a rows file cannot be read, a line of it is not a JSON object, a group has no members, or
 * there are more than `AGENTS_MAX` agents.
 */
export async function expandAgents(scenario: Scenario): Promise<AgentSpec[]> {
  const files = new Map<string, Promise<JsonObject[]>>();
  const rowsOf = (file: string): Promise<JsonObject[]> => {
    const rows = files.get(file) ?? readRows(file);
    files.set(file, rows);
    return rows;
  };
  const agents: AgentSpec[] = [];
  for (const group of Object.values(scenario.agents)) {
    const { members: kind } = group;
    const rows = await toRows(kind, rowsOf);
    const isReserved = kind.kind === 'spawned' || kind.kind === 'sessions';
    const count = isReserved ? kind.max : kind.kind === 'count' ? kind.count : rows.length;
    if (count === 0)
      refuse(scenario, group, `has no members: its ${kind.kind === 'files' ? 'folder' : kind.kind} is empty`);
    if (agents.length + count > AGENTS_MAX) refuse(scenario, group, `makes more than ${AGENTS_MAX} agents in all`);
    const items = deal(group, count, group.observe.each === undefined ? [] : await rowsOf(group.observe.each));
    const members = { count, rows, items, isReserved, params: scenario.params };
    for (const member of toMembers(group, members)) agents.push(member);
  }
  return agents;
}

function* toMembers(
  group: GroupSpec,
  options: {
    count: number;
    rows: readonly JsonObject[];
    items: (index: number) => ObservationItem[];
    isReserved: boolean;
    params: JsonObject;
  },
): Generator<AgentSpec> {
  const { count, rows, items, isReserved, params } = options;
  const address = group.address === undefined ? undefined : compileTemplate(group.address);
  for (let index = 0; index < count; index++) {
    const row = rows[index] ?? NO_ROW;
    const name = address?.text({ index, row, params });
    const spec = { id: `${group.name}/${index}`, group, index, row, items: items(index) };
    yield { ...spec, ...(name !== undefined && { name }), ...(isReserved && { isReserved }) };
  }
}

async function toRows(
  members: Members,
  rowsOf: (file: string) => Promise<JsonObject[]>,
): Promise<readonly JsonObject[]> {
  switch (members.kind) {
    case 'each':
      return rowsOf(members.file);
    case 'files':
      return readMemberFiles(members.folder, members.extension);
    case 'list':
      return members.rows;
    default:
      return [];
  }
}

/** Row r goes to member r modulo count, after what every member observes. */
function deal(group: GroupSpec, count: number, rows: readonly JsonObject[]): (index: number) => ObservationItem[] {
  const shared: ObservationItem[] = group.observe.items.map((template) => ({ template }));
  if (rows.length === 0) return () => shared;
  return (index) => {
    if (index >= rows.length) return shared;
    const own = [...shared];
    for (let row = index; row < rows.length; row += count) own.push({ data: rows[row] ?? NO_ROW });
    return own;
  };
}

function refuse(scenario: Scenario, group: GroupSpec, message: string): never {
  const path = `agents.${group.name}`;
  throw new ScenarioError([{ file: `scenario ${scenario.name}`, line: 0, column: 0, path, message }]);
}

/**
 * Reads a JSON-lines file: an object a line, blank lines skipped.
 *
 * @throws {ScenarioError} With every bad line's number and column.
 */
async function readRows(file: string): Promise<JsonObject[]> {
  const text = await readRowsFile(file);
  const rows: JsonObject[] = [];
  const problems: Problem[] = [];
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const source = text.slice(start, end < 0 ? text.length : end);
    start = end < 0 ? text.length : end + 1;
    line++;
    if (source.trim() === '') continue;
    try {
      rows.push(parseRow(source));
    } catch (error) {
      const { column, message } = error instanceof RowError ? error : new RowError(toErrorInfo(error).message, 1);
      problems.push({ file, line, column, path: '', message });
      // One wrong file, such as a CSV, is one mistake and not a million.
      if (problems.length >= 10) break;
    }
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  return rows;
}

async function readRowsFile(file: string): Promise<string> {
  const fail = (message: string): never => {
    throw new ScenarioError([{ file, line: 0, column: 0, path: '', message: `cannot be read: ${message}` }]);
  };
  let bytes: Buffer;
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      if (size > ROWS_MAX_BYTES) return fail(`it has ${size} bytes, and a rows file has at most ${ROWS_MAX_BYTES}`);
      bytes = await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof ScenarioError) throw error;
    return fail((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it does not exist' : toErrorInfo(error).message);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return fail('it is not UTF-8');
  }
}

class RowError extends Error {
  readonly column: number;

  constructor(message: string, column: number) {
    super(message);
    this.column = column;
  }
}

function parseRow(source: string): JsonObject {
  let row: unknown;
  try {
    row = JSON.parse(source);
  } catch (error) {
    throw new RowError(`cannot be read as JSON: ${toReason(error as Error)}`, findColumn(source, error as Error));
  }
  if (row === null || typeof row !== 'object' || Array.isArray(row)) {
    throw new RowError(`expected a JSON object, found ${toFound(row)}`, 1 + source.search(/\S/));
  }
  checkValue(row, 0);
  return row as JsonObject;
}

function toReason(error: Error): string {
  return error.message.replace(/ in JSON at position .*$/s, '').replace(/, .* is not valid JSON$/s, '');
}

/** V8 names the place in some messages only. */
function findColumn(source: string, error: Error): number {
  const position = /at position (\d+)/.exec(error.message)?.[1];
  if (position !== undefined) return Number(position) + 1;
  if (!isWrongToken(source)) return source.trimEnd().length + 1;
  // The shortest beginning that is already wrong ends with the token.
  let right = 0;
  let wrong = source.length;
  while (wrong - right > 1) {
    const middle = (right + wrong) >> 1;
    if (isWrongToken(source.slice(0, middle))) wrong = middle;
    else right = middle;
  }
  return wrong;
}

function isWrongToken(source: string): boolean {
  try {
    JSON.parse(source);
    return false;
  } catch (error) {
    return (error as Error).message.startsWith('Unexpected token');
  }
}

/** What is written into memory later is written recursively. */
function checkValue(value: unknown, depth: number): void {
  if (value === null || typeof value !== 'object') return;
  if (depth > SCENARIO_MAX_DEPTH) throw new RowError(`nested more than ${SCENARIO_MAX_DEPTH} levels deep`, 1);
  for (const [key, item] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) throw new RowError(`cannot use the key "${key}": it is reserved`, 1);
    checkValue(item, depth + 1);
  }
}
