import { createRequire } from 'node:module';
import type { Context, Liquid, Template } from 'liquidjs';
import type { Json } from '../protocol.ts';
import { TEMPLATE_STEPS_MAX } from './limits.ts';

/** A template that needs the engine: filters, tags, literals. */
export interface LiquidTemplate {
  /** The names it reads from its scope, roots only. */
  readonly roots: readonly string[];
  /** @throws {Error} If a filter fails, or it takes more than `TEMPLATE_STEPS_MAX` steps (200,000). */
  text(scope: object): string;
}

/** Loaded at the first template that needs it: it takes 60 ms, and most templates are plain. */
let library: typeof import('liquidjs') | undefined;
let engine: Liquid | undefined;

/** @throws {Error} With the place in its message, if the template cannot be read. */
export function parseLiquid(source: string): LiquidTemplate {
  const liquid = getEngine();
  const parsed: Template[] = liquid.parse(source);
  return {
    roots: liquid.globalVariablesSync(parsed),
    text: (scope) => String(liquid.renderSync(parsed, toContext(liquid, scope))),
  };
}

/**
 * The value of one output, such as `row.n | plus: 1`. Parsed once, where `evalValue` of the library parses at each call.
 *
 * @throws {Error} If it cannot be read, or a filter fails.
 */
export function parseOutput(output: string): (scope: object) => Json | undefined {
  const liquid = getEngine();
  const { Context, toValueSync, Value } = getLibrary();
  const parsed = new Value(output, liquid);
  return (scope) => {
    const context = new Context(scope, liquid.options, {}, { liquid });
    return toValueSync(parsed.value(context) as never) as Json | undefined;
  };
}

/** The first line of an error of the engine's, without the file it thinks there is. */
export function toLiquidMessage(error: unknown): string {
  const line = (error as Error).message.split('\n')[0] ?? '';
  return line.replace(/, file:.*?(?=, line|$)/, '');
}

function getLibrary(): typeof import('liquidjs') {
  // Synchronous, since templates are compiled where nothing may wait.
  library ??= createRequire(import.meta.url)('liquidjs') as typeof import('liquidjs');
  return library;
}

/** The engine asks before each part of a template, and before each pass of a loop. */
class StepLimiter {
  #left = TEMPLATE_STEPS_MAX;

  check(): void {
    if (--this.#left < 0) throw new Error(`it takes more than ${TEMPLATE_STEPS_MAX.toLocaleString('en')} steps`);
  }

  use(): void {}
}

/** The engine's own limit is a time, which a rehearsal on a busy machine would exceed and the next one not. */
function toContext(liquid: Liquid, scope: object): Context {
  const { Context: Made } = getLibrary();
  type Limiter = Context['renderLimit'];
  const renderLimit = new StepLimiter() as unknown as Limiter;
  return new Made(scope, liquid.options, { sync: true }, { liquid, renderLimit });
}

function getEngine(): Liquid {
  // Limits: a template is a line or two; these stop loops made to be long. No file access: `include` has no root.
  engine ??= new (getLibrary().Liquid)({
    strictFilters: true,
    jsTruthy: true,
    parseLimit: 1e6,
    memoryLimit: 1e7,
    templates: {},
    ownPropertyOnly: true,
  });
  return engine;
}
