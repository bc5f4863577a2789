import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { toErrorInfo } from '../base/errors.ts';
import { compileTemplate } from '../base/template.ts';
import type { Json, JsonObject } from '../protocol.ts';
import { findReached } from './find-reached.ts';
import { KnownTools } from './known-tools.ts';
import type { Path, Report } from './text/problems.ts';
import { didYouMean } from './text/suggest.ts';
import { isMap, toEntries, toMap } from './values.ts';

/** Finding the names in a template takes time with the square of its tags: 0.1 s at this many. */
const TEMPLATE_TAGS_MAX = 1_000;

export interface CheckOptions {
  /** Absolute folder in which relative paths start. */
  readonly folder: string;
  /** Names that code brings along. */
  readonly known?: { readonly tools?: readonly string[]; readonly models?: readonly string[] };
  readonly report: Report;
}

/**
 * What the checks of all parts of a scenario share: what it declares, and what is asked of names, templates and files.
 *
 * Contract: takes any values and skips those of the wrong type.
 */
export class Checker {
  readonly models: readonly (readonly [string, JsonObject])[];
  readonly tools: readonly (readonly [string, JsonObject])[];
  readonly groups: readonly (readonly [string, JsonObject])[];
  /** Groups to which sources or wiring send. */
  readonly reached: readonly string[];
  readonly modelNames: readonly string[];
  readonly knownTools: KnownTools;
  readonly report: Report;
  readonly #folder: string;

  /** @param scenario The file's values, parameters rendered. */
  constructor(scenario: JsonObject, options: CheckOptions) {
    this.models = toEntries(scenario.models);
    this.tools = toEntries(scenario.tools);
    this.groups = toEntries(scenario.agents);
    this.reached = findReached(scenario);
    this.modelNames = [...Object.keys(toMap(scenario.models)), ...(options.known?.models ?? [])];
    this.knownTools = new KnownTools(this.tools, options.known?.tools ?? []);
    this.report = options.report;
    this.#folder = options.folder;
  }

  /** @returns Whether the name is known; reports it otherwise. */
  known(kind: string, name: string, names: readonly string[], path: Path, at: 'key' | 'value' = 'value'): boolean {
    if (names.includes(name)) return true;
    const hint = didYouMean(name, names) ?? `the scenario has no ${kind}s`;
    this.report({ path, at, message: `unknown ${kind} "${name}"`, hint });
    return false;
  }

  /** A tool of a set that is not open yet may have any name; whether it is there shows at the start. */
  knownTool(name: string, path: Path, at: 'key' | 'value'): boolean {
    return this.knownTools.areOpen || this.known('tool', name, this.knownTools.names, path, at);
  }

  /** Compiles every text inside a value; without names it may read any. */
  templates(path: Path, value: Json | undefined, names?: readonly string[]): void {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) this.templates([...path, index], item, names);
    } else if (isMap(value)) {
      for (const [key, item] of Object.entries(value)) this.templates([...path, key], item, names);
    } else {
      this.attempt(path, value, (source) => {
        const tags = source.split(/\{[{%]/).length - 1;
        if (tags <= TEMPLATE_TAGS_MAX) compileTemplate(source, names);
        else this.report({ path, message: `expected at most ${TEMPLATE_TAGS_MAX} tags in a template, found ${tags}` });
      });
    }
  }

  /** Reports what `compile` throws at a text. */
  attempt(path: Path, source: Json | undefined, compile: (source: string) => unknown): void {
    if (typeof source !== 'string') return;
    try {
      compile(source);
    } catch (error) {
      this.report({ path, message: toErrorInfo(error).message });
    }
  }

  /** Reports a path that is not there, or not of this kind. */
  exists(path: Path, value: Json | undefined, kind: 'file' | 'folder'): void {
    if (typeof value !== 'string' || value === '') return;
    let reason: string | undefined;
    try {
      const stats = statSync(resolve(this.#folder, value), { throwIfNoEntry: false });
      if (stats === undefined) reason = 'it does not exist';
      else if (kind === 'folder' ? !stats.isDirectory() : !stats.isFile()) reason = `it is not a ${kind}`;
    } catch (error) {
      reason = toErrorInfo(error).message;
    }
    if (reason !== undefined) this.report({ path, message: `cannot open ${kind} "${value}": ${reason}` });
  }
}
