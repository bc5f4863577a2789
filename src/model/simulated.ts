import type { CallContext } from '../base/call-context.ts';
import { type ErrorCode, TroupeError, toErrorInfo } from '../base/errors.ts';
import { sampleLatency } from '../base/latency.ts';
import type { Decision, JsonObject, ModelRequest, SimulatedRules, ToolCall, Usage } from '../protocol.ts';
import { estimateUsage } from './estimate-usage.ts';
import type { Model } from './model.ts';
import { type CompiledAnswer, compileAnswer, compileRule } from './simulated-rule.ts';
import { createSimulatedScope, type SimulatedScope } from './simulated-scope.ts';

/** Of an observation's text, in the error that says no rule fits it. */
const SHOWN_CHARS = 80;
const NO_SCOPE = {};
const NO_CALLS: readonly ToolCall[] = [];

/**
 * The embedded model: it answers by a sequence and rules, after a latency, with chance from the seed alone.
 *
 * The answer is `sequence[turn - 1]` if there is one, otherwise that of the first rule that fits. Everything is
 * compiled here; a call parses nothing. A call takes its latency first and fails, if it has to, afterwards: by
 * `failureRate`, then by the answer's `fail`. A condition that names a field which may be absent asks for it first:
 * `has(observation.data) && observation.data.severity == "high"`.
 *
 * `decide` rejects with `MODEL_FAILED` if no rule fits, a rule's `when` cannot be evaluated, or the failure is wanted;
 * with `TEMPLATE` if a filter fails; with the abort's reason if the call is aborted.
 *
 * @param name The model's name in the scenario, for messages.
 * @param options.params The scenario's, for templates and conditions.
 * @throws {TroupeError} `TEMPLATE` or `EXPRESSION` with the model and rule, if one of its texts cannot be read.
 */
export function createSimulatedModel(name: string, spec: SimulatedRules, options: { params: JsonObject }): Model {
  const { latency, failureRate } = spec;
  const sequence = spec.sequence.map((answer, index) =>
    explain(`Cannot create model "${name}": step ${index + 1} of its sequence`, () => compileAnswer(answer, latency)),
  );
  const summary = compileAnswer({ reply: 'What was said before has been summed up.', call: [] }, latency);
  const rules = spec.rules.map((rule, index) =>
    explain(`Cannot create model "${name}": rule ${index + 1}`, () => compileRule(rule, latency)),
  );

  function choose({ turn, observation }: ModelRequest, scope: () => SimulatedScope): CompiledAnswer {
    const isSummary = observation.kind === 'summary';
    const step = isSummary ? undefined : sequence[turn - 1];
    if (step !== undefined) return step;
    for (const [index, rule] of rules.entries()) {
      const fits = explain(
        `Cannot answer with model "${name}": rule ${index + 1}`,
        () => rule.fits(observation, scope),
        'MODEL_FAILED',
      );
      if (fits) return rule;
    }
    if (isSummary) return summary;
    const shown = observation.text.slice(0, SHOWN_CHARS);
    throw new TroupeError(
      'MODEL_FAILED',
      `Cannot answer with model "${name}": no rule fits the observation of kind "${observation.kind}" that starts "${shown}"`,
    );
  }

  function fail(answer: CompiledAnswer, scope: object, context: CallContext): void {
    if (failureRate > 0 && context.random.next() < failureRate) {
      throw new TroupeError('MODEL_FAILED', `Cannot answer with model "${name}": a failure was simulated by its rate`);
    }
    if (answer.fail !== undefined) {
      throw new TroupeError('MODEL_FAILED', `Cannot answer with model "${name}": ${answer.fail.text(scope)}`);
    }
  }

  return {
    name,
    async decide(request, context): Promise<Decision> {
      let made: SimulatedScope | undefined;
      const lazyScope = () => (made ??= createSimulatedScope(request, options.params));
      const answer = choose(request, lazyScope);
      // A constant draws nothing, and a source of chance for the call is not made for it.
      const serviceMs =
        answer.latency.kind === 'constant' ? answer.latency.ms : sampleLatency(answer.latency, context.random);
      await context.sleep(serviceMs);
      const scope = answer.isTemplated ? lazyScope() : NO_SCOPE;
      fail(answer, scope, context);
      const reply = answer.reply?.text(scope);
      const toolCalls = renderCalls(answer, request.turn, scope);
      const usage = estimateUsage(request, reply, toolCalls, answer.tokens);
      if (usage.outputTokens > (request.maxOutputTokens ?? Number.POSITIVE_INFINITY)) {
        return cutOff(request.maxOutputTokens ?? 0, usage, serviceMs);
      }
      const { final } = answer;
      return reply === undefined
        ? { toolCalls, final, usage, serviceMs }
        : { reply, toolCalls, final, usage, serviceMs };
    },
  };
}

/** As a real model that may not go on: what it has said is paid for, and of no use. */
function cutOff(maxTokens: number, { inputTokens }: Usage, serviceMs: number): Decision {
  const usage = { inputTokens, outputTokens: maxTokens };
  const flaw = `The answer was cut off at ${maxTokens} tokens: answer shorter.`;
  return { toolCalls: NO_CALLS, final: false, usage, serviceMs, flaw };
}

function renderCalls({ calls }: CompiledAnswer, turn: number, scope: object): readonly ToolCall[] {
  if (calls.length === 0) return NO_CALLS;
  return calls.map((call, index) => ({ id: `call-${turn}-${index + 1}`, name: call.name, args: call.args(scope) }));
}

/** Says in which model and rule something failed. */
function explain<T>(where: string, work: () => T, code?: ErrorCode): T {
  try {
    return work();
  } catch (error) {
    const known = error instanceof TroupeError ? error.code : 'MODEL_FAILED';
    throw new TroupeError(code ?? known, `${where}: ${toErrorInfo(error).message}`, { cause: error });
  }
}
