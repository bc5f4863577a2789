import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { toErrorInfo } from '../base/errors.ts';
import { compileExpression, compilePattern } from '../base/expression.ts';
import { compileSchema } from '../base/json-schema.ts';
import { compileTemplate } from '../base/template.ts';
import type { Json, JsonObject } from '../protocol.ts';
import { checkSupervisors } from './check-supervisors.ts';
import { EXPECT_NAMES, EXPECT_PATHS } from './expect.ts';
import { KnownTools } from './known-tools.ts';
import type { Path, Report } from './text/problems.ts';
import { didYouMean } from './text/suggest.ts';
import { isMap, toEntries, toList, toMap } from './values.ts';

/** Where templates and CEL expressions stand, the names they may read. */
const SCOPES = {
  member: ['index', 'row', 'params', 'agent'],
  dealt: ['data', 'index', 'row', 'params', 'agent'],
  answer: ['observation', 'results', 'row', 'index', 'turn', 'step', 'attempt', 'params', 'agent'],
  tool: ['args', 'agent', 'index', 'row', 'params'],
} as const;
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
 * Checks what a schema cannot: that names exist, templates, expressions and patterns can be read, files are there.
 *
 * Contract: takes any values and skips those of the wrong type, which the schema reports, so that one mistake does not
 * hide another.
 *
 * @param scenario The file's values, parameters rendered.
 */
export function checkScenario(scenario: JsonObject, options: CheckOptions): void {
  const check = new Checker(scenario, options);
  for (const [name, model] of check.models) check.model(['models', name], name, model);
  for (const [name, tool] of check.tools) check.tool(['tools', name], tool);
  for (const [name, group] of check.groups) check.group(['agents', name], group);
  for (const name of Object.keys(toMap(toMap(scenario.limits).concurrency))) {
    check.known('model', name, check.modelNames, ['limits', 'concurrency', name], 'key');
  }
  for (const [index, source] of toList(scenario.expect).entries()) check.expectation(['expect', index], source);
  check.priced(scenario);
  checkSupervisors(scenario, options.report);
  const { agents } = scenario;
  if (isMap(agents) && check.groups.length === 0) {
    options.report({ path: ['agents'], message: 'expected at least one group of agents' });
  }
}

class Checker {
  readonly models: readonly (readonly [string, JsonObject])[];
  readonly tools: readonly (readonly [string, JsonObject])[];
  readonly groups: readonly (readonly [string, JsonObject])[];
  readonly modelNames: readonly string[];
  readonly #known: KnownTools;
  readonly #folder: string;
  readonly #report: Report;

  constructor(scenario: JsonObject, options: CheckOptions) {
    this.models = toEntries(scenario.models);
    this.tools = toEntries(scenario.tools);
    this.groups = toEntries(scenario.agents);
    this.modelNames = [...Object.keys(toMap(scenario.models)), ...(options.known?.models ?? [])];
    this.#known = new KnownTools(this.tools, options.known?.tools ?? []);
    this.#folder = options.folder;
    this.#report = options.report;
  }

  model(path: Path, name: string, model: JsonObject): void {
    const { provider = 'simulated', simulate } = model;
    if (provider === 'simulated') this.#rules(path, name, model);
    else if (isMap(simulate)) this.#rules([...path, 'simulate'], name, simulate);
  }

  #rules(path: Path, name: string, model: JsonObject): void {
    const answers = (['sequence', 'rules'] as const).flatMap((key) =>
      toList(model[key]).map((answer, index) => ({ answer: toMap(answer), path: [...path, key, index] })),
    );
    if (answers.length === 0) {
      this.#report({ path, at: 'key', message: 'has nothing to answer', hint: 'give it rules or a sequence' });
    }
    for (const { answer, path: place } of answers) {
      if (!['reply', 'call', 'fail', 'final'].some((key) => key in answer)) {
        this.#report({ path: place, message: 'answers nothing', hint: 'give it reply, call, fail or final' });
      }
      this.#templates([...place, 'reply'], answer.reply, SCOPES.answer);
      this.#templates([...place, 'fail'], answer.fail, SCOPES.answer);
      this.#attempt([...place, 'when'], answer.when, (source) => compileExpression(source, SCOPES.answer));
      this.#attempt([...place, 'match'], answer.match, compilePattern);
      for (const [index, entry] of toList(answer.call).entries()) this.#call([...place, 'call', index], name, entry);
    }
  }

  #call(path: Path, model: string, entry: Json): void {
    const names = typeof entry === 'string' ? [entry] : Object.keys(toMap(entry));
    for (const name of names) {
      const place = typeof entry === 'string' ? path : [...path, name];
      if (this.#knownTool(name, place, 'key')) this.#reachable(place, name, model);
      this.#templates(place, toMap(entry)[name], SCOPES.answer);
    }
  }

  /** A model can call a tool only for agents that have it. */
  #reachable(path: Path, tool: string, model: string): void {
    const users = this.groups.filter(([, group]) => group.model === model);
    if (users.length === 0 || users.some(([, group]) => this.#known.mayHave(toList(group.tools), tool))) return;
    const [user] = users.map(([name]) => name);
    this.#report({
      path,
      at: 'key',
      message: `no group with model "${model}" has the tool "${tool}"`,
      hint: `add it to agents.${user}.tools`,
    });
  }

  /** A tool of a set that is not open yet may have any name; whether it is there shows at the start. */
  #knownTool(name: string, path: Path, at: 'key' | 'value'): boolean {
    return this.#known.areOpen || this.known('tool', name, this.#known.names, path, at);
  }

  tool(path: Path, tool: JsonObject): void {
    if (tool.builtin === 'simulated') this.#templates([...path, 'result'], tool.result, SCOPES.tool);
    const { simulate } = tool;
    if (isMap(simulate) && !('mcp' in tool)) {
      this.#templates([...path, 'simulate', 'result'], simulate.result, SCOPES.tool);
    } else if (isMap(simulate)) {
      for (const [name, call] of toEntries(simulate)) {
        this.#templates([...path, 'simulate', name, 'result'], call.result, SCOPES.tool);
      }
    }
    this.#exists([...path, 'folder'], tool.folder, 'folder');
    this.#exists([...path, 'module'], tool.module, 'file');
    this.#exists([...path, 'mcp', 'folder'], toMap(tool.mcp).folder, 'folder');
  }

  group(path: Path, group: JsonObject): void {
    const kinds = ['count', 'each', 'list'].filter((key) => key in group);
    if (kinds.length === 0) {
      this.#report({ path, at: 'key', message: 'has no members', hint: 'give it count, each or list' });
    } else if (kinds.length > 1) {
      const message = `expected only one of count, each and list, found ${kinds.join(' and ')}`;
      this.#report({ path: [...path, kinds[1] ?? ''], at: 'key', message });
    }
    if (Array.isArray(group.list) && group.list.length === 0) {
      this.#report({ path: [...path, 'list'], message: 'expected at least one row, found an empty list' });
    }
    this.#exists([...path, 'each'], group.each, 'file');
    this.#exists([...path, 'each', 'folder'], toMap(group.each).folder, 'folder');
    if (typeof group.model === 'string') this.known('model', group.model, this.modelNames, [...path, 'model']);
    toList(group.tools).forEach((name, index, all) => {
      if (typeof name !== 'string') return;
      const place = [...path, 'tools', index];
      if (all.indexOf(name) < index) this.#report({ path: place, message: `tool "${name}" is listed twice` });
      else this.#knownTool(name, place, 'value');
    });
    this.#templates([...path, 'instructions'], group.instructions, SCOPES.member);
    this.#output([...path, 'output'], group.output);
    this.#priced([...path, 'budget'], group.budget, [group]);
    this.#priced([...path, 'budget_each'], group.budget_each, [group]);
    this.#observe([...path, 'observe'], group.observe);
  }

  #output(path: Path, schema: Json | undefined): void {
    if (!isMap(schema)) return;
    try {
      compileSchema(schema, 'the output');
    } catch (error) {
      this.#report({ path, message: toErrorInfo(error).message });
    }
  }

  /** Money can be counted only for models that have a price. */
  priced(scenario: JsonObject): void {
    this.#priced(
      ['budget'],
      scenario.budget,
      this.groups.map(([, group]) => group),
    );
  }

  #priced(path: Path, budget: Json | undefined, groups: readonly JsonObject[]): void {
    if (toMap(budget).usd === undefined) return;
    for (const { model } of groups) {
      const declared = this.models.find(([name]) => name === model)?.[1];
      if (declared?.price !== undefined || !this.modelNames.includes(String(model))) continue;
      const hint =
        declared === undefined ? `declare it with provider: code and a price` : `give models.${model} a price`;
      this.#report({ path: [...path, 'usd'], message: `cannot be counted: model "${model}" has no price`, hint });
      return;
    }
  }

  #observe(path: Path, observe: Json | undefined): void {
    if (!isMap(observe)) {
      this.#templates(path, observe, SCOPES.member);
      if (Array.isArray(observe) && observe.length === 0) this.#nothing(path);
      return;
    }
    const { items, each, text, inbox } = observe;
    const some = Array.isArray(items) ? items.length > 0 : items !== undefined;
    if (!some && each === undefined && text === undefined && inbox !== true) this.#nothing(path);
    if (items !== undefined && text !== undefined && each === undefined) {
      const hint = 'write it as one of the items, or give each';
      this.#report({ path: [...path, 'text'], at: 'key', message: 'is for the rows of each, which is not here', hint });
    }
    this.#templates([...path, 'items'], items, SCOPES.member);
    this.#templates([...path, 'text'], text, each === undefined ? SCOPES.member : SCOPES.dealt);
    this.#exists([...path, 'each'], each, 'file');
  }

  #nothing(path: Path): void {
    const hint = 'give a text, items, each, or inbox: true';
    this.#report({ path, at: 'key', message: 'leaves the agents nothing to observe', hint });
  }

  expectation(path: Path, source: Json): void {
    this.#attempt(path, source, (text) => {
      for (const name of compileExpression(text, EXPECT_NAMES).reads) {
        if (EXPECT_PATHS.includes(name)) continue;
        const parent = name.slice(0, name.indexOf('.'));
        const near = EXPECT_PATHS.filter((known) => known.startsWith(`${parent}.`));
        this.#report({ path, message: `unknown name "${name}"`, hint: didYouMean(name, near) });
      }
    });
  }

  /** @returns Whether the name is known; reports it otherwise. */
  known(kind: string, name: string, names: readonly string[], path: Path, at: 'key' | 'value' = 'value'): boolean {
    if (names.includes(name)) return true;
    const hint = didYouMean(name, names) ?? `the scenario has no ${kind}s`;
    this.#report({ path, at, message: `unknown ${kind} "${name}"`, hint });
    return false;
  }

  /** Compiles every text inside a value. */
  #templates(path: Path, value: Json | undefined, names: readonly string[]): void {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) this.#templates([...path, index], item, names);
    } else if (isMap(value)) {
      for (const [key, item] of Object.entries(value)) this.#templates([...path, key], item, names);
    } else {
      this.#attempt(path, value, (source) => {
        const tags = source.split(/\{[{%]/).length - 1;
        if (tags <= TEMPLATE_TAGS_MAX) compileTemplate(source, names);
        else this.#report({ path, message: `expected at most ${TEMPLATE_TAGS_MAX} tags in a template, found ${tags}` });
      });
    }
  }

  #attempt(path: Path, source: Json | undefined, compile: (source: string) => unknown): void {
    if (typeof source !== 'string') return;
    try {
      compile(source);
    } catch (error) {
      this.#report({ path, message: toErrorInfo(error).message });
    }
  }

  #exists(path: Path, value: Json | undefined, kind: 'file' | 'folder'): void {
    if (typeof value !== 'string' || value === '') return;
    let reason: string | undefined;
    try {
      const stats = statSync(resolve(this.#folder, value), { throwIfNoEntry: false });
      if (stats === undefined) reason = 'it does not exist';
      else if (kind === 'folder' ? !stats.isDirectory() : !stats.isFile()) reason = `it is not a ${kind}`;
    } catch (error) {
      reason = toErrorInfo(error).message;
    }
    if (reason !== undefined) this.#report({ path, message: `cannot open ${kind} "${value}": ${reason}` });
  }
}
