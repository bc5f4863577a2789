import { compileExpression, type Expression } from '../base/expression.ts';
import { compileJson, compileTemplate, type Template } from '../base/template.ts';
import type { ApprovalSpec, Json, JsonObject, PersonAnswer, SimulatedReaction } from '../protocol.ts';

/** What `when` and the texts of a simulated person may read. */
export const APPROVAL_NAMES = ['tool', 'args', 'agent', 'row', 'params', 'user', 'session'] as const;

export interface ApprovalScope {
  readonly tool: string;
  readonly args: JsonObject;
  readonly agent: string;
  readonly row: JsonObject;
  readonly params: JsonObject;
  /** Empty: the agent works for nobody. */
  readonly user: string;
  readonly session: string;
}

/** An `approval:` with its expressions and templates compiled. */
export interface ApprovalRule {
  readonly spec: ApprovalSpec;
  /** Whether a call waits. One about which the expression cannot say waits too: nothing is made by mistake. */
  isNeeded(scope: ApprovalScope): boolean;
  /**
   * What the simulated person says; undefined: nothing, ever.
   *
   * @throws {TroupeError} `TEMPLATE` if a text cannot be rendered.
   */
  simulate(scope: ApprovalScope): PersonAnswer | undefined;
}

/** By declaration, made once: all tools of one share it. */
const rules = new WeakMap<ApprovalSpec, ApprovalRule>();

/** @throws {TroupeError} `EXPRESSION`, `TEMPLATE`: a checked scenario has none such. */
export function toApprovalRule(spec: ApprovalSpec): ApprovalRule {
  const known = rules.get(spec);
  if (known !== undefined) return known;
  const rule = compileRule(spec);
  rules.set(spec, rule);
  return rule;
}

function compileRule(spec: ApprovalSpec): ApprovalRule {
  const when = compileWhen(spec.when);
  const answers = (spec.simulate?.answers ?? []).map((answer) => ({
    when: compileWhen(answer.when),
    render: compileAnswer(answer),
  }));
  return {
    spec,
    isNeeded: (scope) => when === undefined || evaluate(when, scope) !== false,
    simulate(scope) {
      const fitting = answers.find((answer) => answer.when === undefined || evaluate(answer.when, scope) === true);
      return fitting?.render(scope);
    },
  };
}

function compileWhen(source: string | undefined): Expression | undefined {
  return source === undefined ? undefined : compileExpression(source, APPROVAL_NAMES);
}

/** Undefined: it cannot be evaluated, such as of an argument that is not there. */
function evaluate(expression: Expression, scope: ApprovalScope): unknown {
  try {
    return expression.evaluate({ ...scope });
  } catch {
    return undefined;
  }
}

function compileAnswer({ answer, reason, args, text }: SimulatedReaction): (scope: ApprovalScope) => PersonAnswer {
  const renderReason = compileText(reason);
  const renderText = compileText(text);
  const renderArgs = args === undefined ? undefined : compileJson(args as Json, APPROVAL_NAMES);
  return (scope) => ({
    answer: answer === 'answer' ? 'approve' : answer,
    by: 'simulated',
    ...(renderReason !== undefined && { reason: renderReason.text(scope) }),
    ...(renderText !== undefined && { text: renderText.text(scope) }),
    ...(renderArgs !== undefined && { args: renderArgs(scope) as JsonObject }),
  });
}

function compileText(source: string | undefined): Template | undefined {
  return source === undefined ? undefined : compileTemplate(source, APPROVAL_NAMES);
}
