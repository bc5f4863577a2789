import { TroupeError, toErrorInfo } from '../base/errors.ts';
import { compileExpression, compilePattern } from '../base/expression.ts';
import { compileJson, compileTemplate, type Template } from '../base/template.ts';
import type { JsonObject, Latency, Observation, SimulatedAnswer, SimulatedRule, Usage } from '../protocol.ts';
import { SIMULATED_NAMES, type SimulatedScope } from './simulated-scope.ts';

/** A `SimulatedAnswer` with its templates compiled and its defaults filled in. */
export interface CompiledAnswer {
  readonly reply: Template | undefined;
  readonly calls: readonly { readonly name: string; readonly args: (scope: object) => JsonObject }[];
  readonly final: boolean;
  readonly latency: Latency;
  readonly tokens: Partial<Usage> | undefined;
  readonly fail: Template | undefined;
  /** False: nothing in it reads the scope, which then need not be made. */
  readonly isTemplated: boolean;
}

export interface CompiledRule extends CompiledAnswer {
  /**
   * @param scope Called only if the rule has a `when` and everything else fits.
   * @throws {TroupeError} `EXPRESSION` if `when` cannot be evaluated or is neither true nor false.
   */
  fits(observation: Observation, scope: () => SimulatedScope): boolean;
}

/**
 * Compiles a rule: `on`, `match` and `when` have to hold together, an absent one always does.
 *
 * @param latency The model's, for an answer without its own.
 * @throws {TroupeError} `TEMPLATE` or `EXPRESSION` if one of its texts cannot be read.
 */
export function compileRule(rule: SimulatedRule, latency: Latency): CompiledRule {
  const { on } = rule;
  const isMatch = rule.match === undefined ? undefined : compilePattern(rule.match);
  const isMet = rule.when === undefined ? undefined : compileCondition(rule.when);
  return {
    ...compileAnswer(rule, latency),
    fits: (observation, scope) =>
      (on === undefined ? observation.kind !== 'summary' : on === observation.kind) &&
      (isMatch === undefined || isMatch(observation.text)) &&
      (isMet === undefined || isMet(scope())),
  };
}

/** Compiles what a rule or a step of a sequence answers; as `compileRule`. */
export function compileAnswer(answer: SimulatedAnswer, latency: Latency): CompiledAnswer {
  const { reply, call, fail, tokens } = answer;
  return {
    reply: reply === undefined ? undefined : compileTemplate(reply, SIMULATED_NAMES),
    calls: call.map(({ tool, args }) => ({
      name: tool,
      args: compileJson(args, SIMULATED_NAMES) as (scope: object) => JsonObject,
    })),
    final: answer.final ?? call.length === 0,
    latency: answer.latency ?? latency,
    tokens,
    fail: fail === undefined ? undefined : compileTemplate(fail, SIMULATED_NAMES),
    isTemplated: /\{\{|\{%/.test(JSON.stringify([reply, call, fail])),
  };
}

function compileCondition(source: string): (scope: SimulatedScope) => boolean {
  const expression = compileExpression(source, SIMULATED_NAMES);
  // CEL has number types of its own: converting only what the text names spares long results.
  const names = SIMULATED_NAMES.filter((name) => source.includes(name));
  return (scope) => {
    const value = expression.evaluate(Object.fromEntries(names.map((name) => [name, scope[name]])));
    if (typeof value === 'boolean') return value;
    const shown = typeof value === 'bigint' ? String(value) : toErrorInfo(value).message;
    throw new TroupeError('EXPRESSION', `Cannot decide by "${source}": it must be true or false, not ${shown}`);
  };
}
