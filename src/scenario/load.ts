import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { toErrorInfo } from '../base/errors.ts';
import { PROBLEMS_MAX, SCENARIO_MAX_BYTES } from '../base/limits.ts';
import type { Scenario } from '../protocol.ts';
import { checkScenario } from './check.ts';
import { normalise } from './normalise.ts';
import { type Assignment, assign, readAssignment, renderParams, toSource } from './overrides.ts';
import { scenarioSchema } from './schema.ts';
import { readText, type TextDocument, tooLarge } from './text/document.ts';
import { type Problem, type Report, ScenarioError, toFound, validate } from './text/problems.ts';

export { type Problem, ScenarioError } from './text/problems.ts';

export interface LoadOptions {
  /** `path=value` each, applied in this order before anything is checked: `agents.analyst.count=5`. */
  readonly set?: readonly string[];
  /** Names of tools and models that code brings along, which the scenario may use without declaring them. */
  readonly known?: { readonly tools?: readonly string[]; readonly models?: readonly string[] };
}

/**
 * Reads a scenario file and checks everything that can be checked before a start.
 *
 * @param file YAML or JSON, at most `SCENARIO_MAX_BYTES`; paths inside it are relative to its folder.
 * @throws {ScenarioError} All that is wrong at once, with file, line, column and path.
 */
export async function loadScenario(file: string, options: LoadOptions = {}): Promise<Scenario> {
  const text = await readScenarioFile(file);
  const path = resolve(file);
  const scenario = parseScenario(text, { ...options, name: file, folder: dirname(path) });
  const { set = [] } = options;
  return { ...scenario, file: path, ...(set.length > 0 && { set }) };
}

/**
 * The same for a text that is there already; for an object, `JSON.stringify` it.
 *
 * @param options.name What messages call the text.
 * @param options.folder Absolute folder in which relative paths start.
 * @throws {ScenarioError} All that is wrong at once.
 */
export function parseScenario(
  text: string,
  options: LoadOptions & { readonly name: string; readonly folder: string },
): Scenario {
  const document = readText(text, options.name);
  const { value } = document;
  if (value === undefined) fail(options.name, 'cannot be used: it is empty', 1);
  const problems: Problem[] = [...document.problems];
  const assignments: Assignment[] = [];
  const report = createReport(options.name, document, assignments, problems);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    report({ path: [], message: `cannot be used: expected a map, found ${toFound(value)}` });
    throw new ScenarioError(problems);
  }
  for (const set of options.set ?? []) {
    const assignment = readAssignment(set);
    assignments.push(assignment);
    assign(value, assignment, report);
  }
  const source = assignments.length === 0 ? text : toSource(value);
  const rendered = renderParams(value, report);
  const { output, complaints } = validate(scenarioSchema(), rendered);
  complaints.forEach(report);
  checkScenario(rendered, { ...options, report });
  if (problems.length > 0 || output === undefined) throw new ScenarioError(problems);
  return normalise(output, options.folder, source);
}

function fail(file: string, message: string, line = 0): never {
  throw new ScenarioError([{ file, line, column: line, path: '', message }]);
}

async function readScenarioFile(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    const stats = await stat(file);
    if (stats.isDirectory()) fail(file, 'cannot be opened: it is a folder');
    if (!stats.isFile()) fail(file, 'cannot be opened: it is not a file');
    if (stats.size > SCENARIO_MAX_BYTES) fail(file, tooLarge(stats.size));
    bytes = await readFile(file);
  } catch (error) {
    if (error instanceof ScenarioError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    return fail(file, `cannot be opened: ${code === 'ENOENT' ? 'it does not exist' : toErrorInfo(error).message}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return fail(file, 'cannot be read as text: it is not UTF-8');
  }
}

/** Finds the place of each complaint: in the text, or in the `--set` that the value came from. */
function createReport(
  file: string,
  document: TextDocument,
  assignments: readonly Assignment[],
  problems: Problem[],
): Report {
  // What could not be read is null from there on; that it is no text either helps nobody.
  const unread = new Set(document.problems.map(({ path }) => path));
  return ({ path, message, hint, at = 'value' }) => {
    // Far more than is shown; finding a place takes time with the size of the text.
    if (problems.length >= 10 * PROBLEMS_MAX || unread.has(path.join('.'))) return;
    const set = assignments.findLast((assignment) => assignment.path.every((key, i) => String(path[i]) === key));
    problems.push({
      ...(set === undefined ? { file, ...document.locate(path, at) } : { file: set.text, line: 0, column: 0 }),
      path: path.join('.'),
      message,
      ...(hint !== undefined && { hint }),
    });
  };
}
