import { createRequire } from 'node:module';
import { Environment } from '@marcbachmann/cel-js';
import { TroupeError } from './errors.ts';

/** A compiled CEL expression. */
export interface Expression {
  readonly source: string;
  /** The dotted names it reads, such as `agents.done`, in order of appearance, each once. */
  readonly reads: readonly string[];
  /** @throws {TroupeError} `EXPRESSION` if a name is missing or types do not fit. */
  evaluate(scope: Record<string, unknown>): unknown;
}

interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly range: { readonly start: number; readonly end: number };
}

/** CEL has no arithmetic between whole numbers and fractions; people who write `1.5 * turns` expect it. */
const MIXED: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

let environment: Environment | undefined;
let re2: typeof import('re2js') | undefined;

function cel(): Environment {
  if (environment !== undefined) return environment;
  environment = new Environment({ unlistedVariablesAreDyn: true });
  for (const [sign, apply] of Object.entries(MIXED)) {
    const handler = (a: number | bigint, b: number | bigint) => apply(Number(a), Number(b));
    environment.registerOperator(`int ${sign} double`, handler);
    environment.registerOperator(`double ${sign} int`, handler);
  }
  // CEL's `matches` is defined by RE2, which is linear; the library's own uses RegExp, which can run for ever.
  environment.registerFunction('string.re2Matches(string): bool', (text: string, pattern: string) =>
    compilePattern(pattern)(text),
  );
  return environment;
}

/**
 * Compiles a CEL expression.
 *
 * @param source For example `agents.done == 200`.
 * @param names The names that exist; absent: any.
 * @throws {TroupeError} `EXPRESSION` for a syntax error (with its place) or an unknown name (with those that exist).
 */
export function compileExpression(source: string, names?: readonly string[]): Expression {
  const parse = (text: string) => {
    try {
      return cel().parse(text);
    } catch (error) {
      throw new TroupeError('EXPRESSION', `Cannot read expression "${source}": ${message(error)}`, { cause: error });
    }
  };
  const first = parse(source);
  const reads = new Set<string>();
  const bound = new Set<string>();
  const cuts: number[] = [];
  walk(first.ast as unknown as Node, { source, reads, bound, cuts });
  for (const name of reads) if (bound.has(toRoot(name))) reads.delete(name);
  for (const name of reads) {
    const root = toRoot(name);
    if (names !== undefined && !names.includes(root)) {
      throw new TroupeError(
        'EXPRESSION',
        `Cannot read expression "${source}": unknown name "${root}"; here are ${names.join(', ')}`,
      );
    }
  }
  const program = cuts.length === 0 ? first : parse(replaceMatches(source, cuts));
  return {
    source,
    reads: [...reads],
    evaluate(scope) {
      try {
        return program(toCel(scope) as Record<string, unknown>);
      } catch (error) {
        throw new TroupeError('EXPRESSION', `Cannot evaluate "${source}": ${message(error)}`, { cause: error });
      }
    },
  };
}

/**
 * Compiles a regular expression that takes time linear in the text, whatever the pattern.
 *
 * @param pattern RE2 syntax: no backreferences, no lookaround.
 * @returns Whether the pattern is found anywhere in a text.
 * @throws {TroupeError} `EXPRESSION` if RE2 cannot read the pattern.
 */
export function compilePattern(pattern: string): (text: string) => boolean {
  try {
    // Loaded at the first pattern: it takes 20 ms, and most scenarios have none.
    re2 ??= createRequire(import.meta.url)('re2js') as typeof import('re2js');
    const compiled = re2.RE2JS.compile(pattern);
    return (text) => compiled.matcher(text).find();
  } catch (error) {
    throw new TroupeError('EXPRESSION', `Cannot read pattern "${pattern}": ${message(error)}`, { cause: error });
  }
}

/** CEL's macros bind their first argument as a name of its own. */
const MACROS = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

interface Findings {
  readonly source: string;
  readonly reads: Set<string>;
  readonly bound: Set<string>;
  /** Where `matches` is called. */
  readonly cuts: number[];
}

function walk(node: Node, found: Findings): void {
  const path = toPath(node);
  if (path !== undefined) {
    found.reads.add(path);
    return;
  }
  if (node.op === 'rcall') {
    const [name, receiver, [first]] = node.args as [string, Node, Node[]];
    if (name === 'matches') found.cuts.push(found.source.indexOf('matches', receiver.range.end));
    if (MACROS.has(name) && first?.op === 'id') found.bound.add(first.args as string);
  }
  for (const child of (Array.isArray(node.args) ? node.args : [node.args]).flat(2)) {
    if (child !== null && typeof child === 'object' && 'op' in child) walk(child as Node, found);
  }
}

function toRoot(path: string): string {
  return path.split('.')[0] ?? path;
}

function toPath(node: Node): string | undefined {
  if (node.op === 'id') return node.args as string;
  if (node.op !== '.') return undefined;
  const [object, key] = node.args as [Node, string];
  const path = toPath(object);
  return path === undefined ? undefined : `${path}.${key}`;
}

function replaceMatches(source: string, cuts: readonly number[]): string {
  let text = source;
  for (const at of [...cuts].sort((a, b) => b - a))
    text = `${text.slice(0, at)}re2Matches${text.slice(at + 'matches'.length)}`;
  return text;
}

/** CEL's whole numbers are 64-bit integers; JavaScript's are doubles. */
function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toCel(item)]));
  }
  return value;
}

function message(error: unknown): string {
  return (error as Error).message.split('\n')[0] ?? '';
}
