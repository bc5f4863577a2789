import type { z } from 'zod';
import { TroupeError } from '../../base/errors.ts';
import { PROBLEMS_MAX } from '../../base/limits.ts';
import type { Json } from '../../protocol.ts';
import { didYouMean } from './suggest.ts';

/** Something wrong in a scenario file, and where. */
export interface Problem {
  /** As the user named it, or `--set path=value` for a value that came from there. */
  readonly file: string;
  /** 1-based; 0: the problem has no place in the text. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  /** Dotted, as `--set` takes it: `models.analyst.rules.0.reply`; empty for the whole. */
  readonly path: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** Everything that is wrong with a scenario, in the order of the file; `message` is a line for each problem. */
export class ScenarioError extends TroupeError {
  readonly problems: readonly Problem[];

  /** @param problems At least one; more than `PROBLEMS_MAX` are cut, with a line that says so. */
  constructor(problems: readonly Problem[]) {
    const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
    const lines = [...new Set(sorted.map(format))];
    const more = lines.length - PROBLEMS_MAX;
    super(
      'SCENARIO_INVALID',
      [...lines.slice(0, PROBLEMS_MAX), ...(more > 0 ? [`... and ${more} more`] : [])].join('\n'),
    );
    this.name = 'ScenarioError';
    this.problems = sorted;
  }
}

function format({ file, line, column, path, message, hint }: Problem): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  return `${place}: ${path === '' ? '' : `${path}: `}${message}${hint === undefined ? '' : `; ${hint}`}`;
}

export type Path = readonly (string | number)[];

/** A problem without its position. */
export interface Complaint {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string | undefined;
  /** What the position points at; a key that is not there is where its parent's key is. Default `value`. */
  readonly at?: 'key' | 'value';
}

/** Takes note of a complaint, and goes on. */
export type Report = (complaint: Complaint) => void;

/** A value as a message names it: `text "abc"`, `the number 5`, `a list`. */
export function toFound(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  const text = String(value);
  return `the text ${JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)}`;
}

/**
 * Runs a zod schema and says what is wrong in words of ours.
 *
 * @returns The schema's output, or undefined with complaints.
 */
export function validate<S extends z.ZodType>(
  schema: S,
  value: Json,
): { readonly output: z.output<S> | undefined; readonly complaints: readonly Complaint[] } {
  // One parse of one file: compiling the schema to code first would take longer than it saves.
  const result = schema.safeParse(value, { error: toMessage, jitless: true });
  if (result.success) return { output: result.data, complaints: [] };
  return { output: undefined, complaints: result.error.issues.flatMap((issue) => toComplaints(issue, [], value)) };
}

type Issue = z.core.$ZodIssue;

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

/** Messages are made while zod still has the value and the schema at hand; what it adds afterwards is the path. */
function toMessage(issue: z.core.$ZodRawIssue): string | undefined {
  const found = toFound(issue.input);
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${isWhole(issue.inst) ? EXPECTED.int : (EXPECTED[issue.expected] ?? issue.expected)}, found ${found}`;
    case 'too_small':
      return `expected at least ${issue.minimum}, found ${found}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `expected at most ${issue.maximum} characters`
        : `expected at most ${issue.maximum}, found ${found}`;
    case 'invalid_value':
      return `expected ${toChoice(issue.values)}, found ${found}`;
    case 'unrecognized_keys':
      // Not for people: the keys that exist here, which the finished issue does not carry.
      return Object.keys((issue.inst?._zod.def as { shape?: object } | undefined)?.shape ?? {}).join(' ');
    default:
      return undefined;
  }
}

function isWhole(schema: z.core.$ZodRawIssue['inst']): boolean {
  return (schema?._zod.def as { format?: string } | undefined)?.format === 'safeint';
}

function toChoice(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

function toComplaints(issue: Issue, parent: Path, root: Json): Complaint[] {
  const path: Path = [...parent, ...(issue.path as (string | number)[])];
  const value = lookUp(root, path);
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(' ').filter((key) => key !== '' && !key.startsWith('$'));
    return issue.keys.map((key) => ({
      path: [...path, key],
      at: 'key' as const,
      message: `unknown key "${key}"`,
      hint: didYouMean(key, known),
    }));
  }
  if (issue.code === 'invalid_key') {
    const reason = issue.issues[0]?.message.replace(/, found .*$/s, '') ?? 'it is not allowed';
    return [{ path, at: 'key', message: `cannot use the name "${String(path.at(-1))}": ${reason}` }];
  }
  if (issue.code === 'invalid_union') return toUnionComplaints(issue, path, root);
  const hint =
    issue.code === 'invalid_value' && typeof value === 'string' ? nearest(value, issue.values.map(String)) : undefined;
  return [{ path, message: withMissing(issue.message, path, value), hint }];
}

/** The alternatives of a union all failed: the one that got furthest is what was meant. */
function toUnionComplaints(issue: Issue & { code: 'invalid_union' }, path: Path, root: Json): Complaint[] {
  if (issue.discriminator !== undefined) {
    const options = ('options' in issue ? (issue.options ?? []) : []).map(String);
    const value = lookUp(root, path);
    const expected = `expected ${toChoice(options)}`;
    const hint = typeof value === 'string' ? nearest(value, options) : undefined;
    return [{ path, message: withMissing(`${expected}, found ${toFound(value)}`, path, value), hint }];
  }
  const right = issue.errors.filter(
    (issues) => !issues.some((one) => one.code === 'invalid_type' && one.path.length === 0),
  );
  if (right.length === 0) return [{ path, message: withMissing(issue.message, path, lookUp(root, path)) }];
  const meant = right.map((issues) => ({ issues, doubt: toDoubt(issues, path, root) }));
  const best = meant.reduce((least, one) =>
    one.doubt < least.doubt || (one.doubt === least.doubt && one.issues.length < least.issues.length) ? one : least,
  );
  return best.issues.flatMap((one) => toComplaints(one, path, root));
}

/** Keys whose values say which of several maps is meant. */
const SELECTORS: ReadonlySet<PropertyKey | undefined> = new Set([
  'provider',
  'builtin',
  'module',
  'mcp',
  'url',
  'command',
]);

/** How little it seems to be meant: not at all, its selector has another value, its selector is not there. */
function toDoubt(issues: readonly Issue[], path: Path, root: Json): number {
  const selectors = issues.filter(({ path: place }) => place.length === 1 && SELECTORS.has(place[0]));
  if (selectors.length === 0) return 0;
  return selectors.some((one) => lookUp(root, [...path, ...(one.path as (string | number)[])]) !== undefined) ? 1 : 2;
}

/** What is not there was not found wanting. */
function withMissing(message: string, path: Path, value: Json | undefined): string {
  if (value !== undefined) return message;
  return `missing key "${String(path.at(-1))}": ${message.replace(/, found nothing$/, '')}`;
}

function nearest(value: string, options: readonly string[]): string | undefined {
  const hint = didYouMean(value, options);
  return hint?.startsWith('did') ? hint : undefined;
}

/** The value at a path; undefined where there is none. */
function lookUp(root: Json, path: Path): Json | undefined {
  let value: Json | undefined = root;
  for (const key of path) {
    if (value === null || typeof value !== 'object') return undefined;
    if (!Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, Json>)[key];
  }
  return value;
}
