import { Context, Liquid, type Template as LiquidTemplate, TokenizationError, toValueSync, Value } from 'liquidjs';
import type { Json } from '../protocol.ts';
import { TroupeError } from './errors.ts';
import { compileSimpleTemplate, readPath, toPath, UNSURE } from './simple-template.ts';

/** A compiled Liquid template. */
export interface Template {
  /** As written. */
  readonly source: string;
  /**
   * @returns The text, or for a template that is one output and nothing else (`{{ row.n }}`) its value as it is, so
   * that a number stays a number. Unknown names inside a known root give nothing, as Liquid does.
   * @throws {TroupeError} `TEMPLATE` if a filter fails.
   */
  value(scope: object): Json;
  /** The same as text; a value that is not a string is written as JSON. */
  text(scope: object): string;
}

/** Loaded only when the first real template appears: most strings are plain. */
let engine: Liquid | undefined;

function liquid(): Liquid {
  // Limits: a template is a line or two; these stop loops made to be long. No file access: `include` has no root.
  engine ??= new Liquid({
    strictFilters: true,
    jsTruthy: true,
    parseLimit: 1e6,
    renderLimit: 200,
    memoryLimit: 1e7,
    templates: {},
    ownPropertyOnly: true,
  });
  return engine;
}

/** One output tag and nothing else. */
const SINGLE_OUTPUT = /^\{\{([^{}-][^{}]*)\}\}$/;

/**
 * Compiles a template and checks which names it reads.
 *
 * @param source Liquid; a text without tags costs nothing.
 * @param names The names a template here may read; absent: any.
 * @throws {TroupeError} `TEMPLATE` with the line and column within the template, or the unknown name and those that exist.
 */
export function compileTemplate(source: string, names?: readonly string[]): Template {
  if (!source.includes('{{') && !source.includes('{%')) return literal(source);
  let parsed: LiquidTemplate[];
  try {
    parsed = liquid().parse(source);
    checkNames(parsed, source, names);
  } catch (error) {
    if (error instanceof TroupeError) throw error;
    throw new TroupeError('TEMPLATE', `Cannot read template "${source}": ${firstLine(error)}`, { cause: error });
  }
  const simple = compileSimpleTemplate(source);
  const text = (scope: object): string =>
    simple?.(scope) ?? String(guard(source, () => liquid().renderSync(parsed, scope)));
  const output = SINGLE_OUTPUT.exec(source)?.[1];
  if (output === undefined) return { source, value: text, text };
  const value = compileOutput(source, output);
  return { source, value, text: (scope) => toText(value(scope)) };
}

/** The value of one output; parsed once, where `evalValue` of the library parses at each call. */
function compileOutput(source: string, output: string): (scope: object) => Json {
  const parsed = new Value(output, liquid());
  const evaluate = (scope: object): Json =>
    guard(source, () => {
      const context = new Context(scope, liquid().options, {}, { liquid: liquid() });
      return (toValueSync(parsed.value(context) as never) as Json | undefined) ?? '';
    });
  const path = toPath(output);
  if (path === undefined) return evaluate;
  return (scope) => {
    const value = readPath(scope, path);
    return value === UNSURE ? evaluate(scope) : ((value as Json | undefined) ?? '');
  };
}

/** Compiles every string inside a JSON value; the result renders them all. */
export function compileJson(value: Json, names?: readonly string[]): (scope: object) => Json {
  if (typeof value === 'string') {
    const template = compileTemplate(value, names);
    return (scope) => template.value(scope);
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => compileJson(item, names));
    return (scope) => items.map((item) => item(scope));
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).map(([key, item]) => [key, compileJson(item, names)] as const);
    return (scope) => Object.fromEntries(entries.map(([key, item]) => [key, item(scope)]));
  }
  return () => value;
}

/** A value as a person would write it: strings as they are, the rest as JSON. */
export function toText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function literal(source: string): Template {
  return { source, value: () => source, text: () => source };
}

function checkNames(parsed: LiquidTemplate[], source: string, names: readonly string[] | undefined): void {
  if (names === undefined) return;
  const unknown = liquid()
    .globalVariablesSync(parsed)
    .find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new TroupeError(
    'TEMPLATE',
    `Cannot read template "${source}": unknown name "${unknown}"; here are ${names.join(', ')}`,
  );
}

function guard<T>(source: string, evaluate: () => T): T {
  try {
    return evaluate();
  } catch (error) {
    throw new TroupeError('TEMPLATE', `Cannot render template "${source}": ${firstLine(error)}`, { cause: error });
  }
}

function firstLine(error: unknown): string {
  const { message } = error as Error;
  const line = message.split('\n')[0] ?? '';
  return error instanceof TokenizationError ? line.replace(/, file:.*?(?=, line|$)/, '') : line;
}
