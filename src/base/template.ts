import type { Json } from '../protocol.ts';
import { TroupeError } from './errors.ts';
import { type LiquidTemplate, parseLiquid, parseOutput, toLiquidMessage } from './liquid.ts';
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
  const simple = compileSimpleTemplate(source);
  let parsed: LiquidTemplate | undefined;
  const parse = (): LiquidTemplate => {
    parsed ??= guard('read', source, () => parseLiquid(source));
    return parsed;
  };
  checkNames(source, simple?.roots ?? parse().roots, names);
  const text = (scope: object): string => simple?.text(scope) ?? guard('render', source, () => parse().text(scope));
  const output = SINGLE_OUTPUT.exec(source)?.[1];
  if (output === undefined) return { source, value: text, text };
  const value = compileOutput(source, output);
  return { source, value, text: (scope) => toText(value(scope)) };
}

function compileOutput(source: string, output: string): (scope: object) => Json {
  const path = toPath(output);
  let parsed: ((scope: object) => Json | undefined) | undefined;
  const evaluate = (scope: object): Json =>
    guard('render', source, () => {
      parsed ??= parseOutput(output);
      return parsed(scope) ?? '';
    });
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

function checkNames(source: string, roots: readonly string[], names: readonly string[] | undefined): void {
  const unknown = names === undefined ? undefined : roots.find((root) => !names.includes(root));
  if (unknown === undefined) return;
  throw new TroupeError(
    'TEMPLATE',
    `Cannot read template "${source}": unknown name "${unknown}"; here are ${names?.join(', ')}`,
  );
}

function guard<T>(what: 'read' | 'render', source: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new TroupeError('TEMPLATE', `Cannot ${what} template "${source}": ${toLiquidMessage(error)}`, {
      cause: error,
    });
  }
}
