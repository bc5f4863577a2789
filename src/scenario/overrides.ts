import { stringify } from 'yaml';
import { toErrorInfo } from '../base/errors.ts';
import { compileTemplate } from '../base/template.ts';
import type { Json, JsonObject } from '../protocol.ts';
import { FORBIDDEN_KEYS } from './text/converter.ts';
import { readText } from './text/document.ts';
import { type Path, type Report, ScenarioError, toFound } from './text/problems.ts';
import { didYouMean } from './text/suggest.ts';

/** One `--set path=value`. */
export interface Assignment {
  /** As the user wrote it, for messages: `--set agents.analyst.count=5`. */
  readonly text: string;
  readonly path: readonly string[];
  readonly value: Json;
}

/** Sections that a file may leave out; setting something inside makes them. */
const SECTIONS: ReadonlySet<string> = new Set([
  'params',
  'limits',
  'memory',
  'concurrency',
  'until',
  'budget',
  'budget_each',
  'context',
  'price',
]);

/**
 * Reads one `path=value`.
 *
 * @param set The path is dotted, with numbers for places in a list. The value is a YAML scalar, `[...]` or `{...}`;
 * anything else, such as `Note: be brief` and templates, is a text as it stands.
 * @throws {ScenarioError} If there is no path, it has a forbidden key, or the value cannot be read.
 */
export function readAssignment(set: string): Assignment {
  const text = `--set ${set}`;
  const refuse = (message: string): never => {
    throw new ScenarioError([{ file: text, line: 0, column: 0, path: '', message }]);
  };
  const equals = set.indexOf('=');
  if (equals < 1) return refuse('cannot be used: expected path=value');
  const path = set.slice(0, equals).trim().split('.');
  if (path.includes('')) return refuse('cannot be used: the path has an empty key');
  const forbidden = path.find((key) => FORBIDDEN_KEYS.has(key));
  if (forbidden !== undefined) return refuse(`cannot use the key "${forbidden}": it is reserved`);
  return { text, path, value: readValue(set.slice(equals + 1), text, refuse) };
}

function readValue(source: string, text: string, refuse: (message: string) => never): Json {
  if (/^\s*\{[{%]/.test(source)) return source;
  try {
    const { value, problems, inline } = readText(source, text);
    const [problem] = problems;
    if (problem !== undefined) return refuse(problem.message);
    return inline ? (value ?? null) : source;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return refuse(error.problems[0]?.message ?? error.message);
  }
}

/** Puts the value where the path leads. Reports a path that leads nowhere. */
export function assign(root: JsonObject, { path, value }: Assignment, report: Report): void {
  let parent: Json | undefined = root;
  for (const [depth, key] of path.entries()) {
    const last = depth === path.length - 1;
    const fault = Array.isArray(parent) ? checkPlace(parent, key, last) : checkKey(parent, key, last);
    if (fault !== undefined) {
      const here = depth === 0 ? 'the scenario' : `"${path.slice(0, depth).join('.')}"`;
      report({ path, message: `cannot be set: ${here} ${fault.message}`, hint: fault.hint });
      return;
    }
    const map = parent as JsonObject;
    if (last) map[key] = value;
    else if (SECTIONS.has(key) && (map[key] ?? null) === null) map[key] = {};
    parent = map[key];
  }
}

type Fault = { readonly message: string; readonly hint?: string | undefined } | undefined;

/** A value may be put behind the last of a list. */
function checkPlace(list: readonly Json[], key: string, last: boolean): Fault {
  const index = /^\d{1,6}$/.test(key) ? Number(key) : Number.NaN;
  if (index < list.length || (last && index === list.length)) return undefined;
  return { message: `is a list of ${list.length}, and has no place "${key}"` };
}

function checkKey(parent: Json | undefined, key: string, last: boolean): Fault {
  if (parent === null || typeof parent !== 'object') return { message: `is ${toFound(parent)}, and has no "${key}"` };
  if (last || SECTIONS.has(key) || Object.hasOwn(parent, key)) return undefined;
  return { message: `has no "${key}"`, hint: didYouMean(key, Object.keys(parent)) };
}

/** A scenario with its assignments made, as text again. */
export function toSource(root: JsonObject): string {
  return stringify(root, { lineWidth: 0 });
}

/** Texts made from parameters, all together. */
const RENDERED_MAX_CHARS = 8 * 1_024 * 1_024;

/** Templates that are rendered while agents run, and data that is never rendered: both are left as they are. */
const RUN_TIME =
  /^(agents\.[^.]+\.(instructions|address|subscribe|observe(?!\.(each|inbox)$))|models\.[^.]+\.(simulate\.)?(sequence|rules)\.\d+\.(reply|call|fail)|tools\.[^.]+\.((simulate\.([^.]+\.)?)?result|(approval\.)?simulate\.(rules\.\d+\.)?(answer|reason|args))|sources\.[^.]+\.(text|user|session))(\.|$)/;
const DATA =
  /^(about|params|agents\.[^.]+\.list\.\d+|agents\.[^.]+\.output|models\.[^.]+\.options|tools\.[^.]+\.parameters)(\.|$)/;

/**
 * Renders the texts that read parameters alone, so that `count: "{{ params.n }}"` is a number when it is checked.
 *
 * @returns A copy; a text that is one `{{ params.x }}` and nothing else becomes the parameter's value of whatever type.
 */
export function renderParams(root: JsonObject, report: Report): JsonObject {
  const declared = root.params;
  const params = declared !== null && typeof declared === 'object' && !Array.isArray(declared) ? declared : {};
  let chars = 0;
  const render = (value: Json, path: Path): Json => {
    if (typeof value === 'string') {
      const text = chars > RENDERED_MAX_CHARS ? value : renderText(value, path, params, report);
      if (typeof text === 'string' && text !== value) chars += text.length;
      return text;
    }
    if (value === null || typeof value !== 'object' || DATA.test(path.join('.'))) return value;
    if (Array.isArray(value)) return value.map((item, index) => render(item, [...path, index]));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, render(item, [...path, key])]));
  };
  const rendered = render(root, []) as JsonObject;
  if (chars > RENDERED_MAX_CHARS) {
    report({
      path: ['params'],
      message: `cannot be used: texts made from parameters exceed ${RENDERED_MAX_CHARS} characters`,
    });
  }
  return rendered;
}

function renderText(text: string, path: Path, params: JsonObject, report: Report): Json {
  if (!(text.includes('{{') || text.includes('{%')) || DATA.test(path.join('.'))) return text;
  const missing = unknownParams(text, params);
  for (const name of missing) {
    report({ path, message: `unknown parameter "${name}"`, hint: didYouMean(name, Object.keys(params)) });
  }
  if (missing.length > 0 || RUN_TIME.test(path.join('.'))) return text;
  try {
    return compileTemplate(text, ['params']).value({ params });
  } catch (error) {
    report({ path, message: toErrorInfo(error).message });
    return text;
  }
}

/** Parameters that a template reads and nobody declared; one with a `default` filter may be left out on purpose. */
function unknownParams(text: string, params: JsonObject): string[] {
  const tags = text.match(/\{\{.*?\}\}|\{%.*?%\}/gs) ?? [];
  const names = tags
    .filter((tag) => !/\|\s*default\b/.test(tag))
    .flatMap((tag) => [...tag.matchAll(/(?<![\w.\]"'-])params\.([A-Za-z_][\w-]*)/g)])
    .map((match) => match[1] ?? '');
  return [...new Set(names)].filter((name) => !Object.hasOwn(params, name));
}
