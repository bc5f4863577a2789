import { TroupeError } from '../../base/errors.ts';
import { MODEL_TIMEOUT_MS } from '../../base/limits.ts';
import { createRedactor } from '../../base/redact.ts';
import type { Decision, ModelRequest, ProviderModelSpec } from '../../protocol.ts';
import type { Model, ModelContext, ProviderLimits } from '../model.ts';
import { ModelCallError } from '../model-call-error.ts';
import { Answer } from './answer.ts';
import { createLanguageModel } from './create-language-model.ts';
import { isObject } from './is-object.ts';
import type { Fetch, ResponseHeaders } from './language-model.ts';
import { readLimits } from './read-limits.ts';
import { readStream } from './read-stream.ts';
import { type CallTerms, toCallOptions, toProviderOptions } from './to-call-options.ts';
import { toDecision } from './to-decision.ts';
import { type FailureScene, toModelCallError } from './to-model-call-error.ts';

/** Node's `fetch` waits so long, in milliseconds, for an answer to begin or to go on; one that is streamed does both soon. */
const FETCH_PATIENCE_MS = 300_000;

/**
 * Makes a model of any provider for which there is a package of the AI SDK.
 *
 * Contract: `decide` asks the provider once and never again by itself. It streams if the call's context has `onText`, or
 * if the model may take longer than `fetch` waits. It
 * rejects with the abort's reason at once when the call is aborted, whatever the provider does, and with a
 * `ModelCallError` for everything else: `MODEL_FAILED`, `MODEL_REFUSED` if the model will not answer, `MODEL_ANSWER` if the
 * answer is without end, `MODEL_UNAVAILABLE` if the package finds that something is missing, `MODEL_TIMEOUT` in virtual
 * time, where no deadline of the clock can come while a request is under way. What the model can do better in another try
 * is a decision with a flaw, or a call whose arguments are malformed.
 *
 * @param name The model's in the scenario.
 * @param options.fetch Instead of the global one.
 * @throws {TroupeError} `MODEL_UNAVAILABLE` or `SCENARIO_INVALID`, as `createLanguageModel`.
 */
export async function createProviderModel(
  name: string,
  spec: ProviderModelSpec,
  options: { readonly fetch?: Fetch } = {},
): Promise<Model> {
  const { model, modelId, key, headers, takesSchema } = await createLanguageModel(name, spec, options.fetch);
  const source = { provider: model.provider, model: modelId };
  const terms: CallTerms = {
    spec,
    source,
    headers,
    providerOptions: toProviderOptions(spec.options, model.provider),
    takesSchema,
  };
  const redact = createRedactor();
  const timeoutMs = spec.timeoutMs ?? MODEL_TIMEOUT_MS;
  const isLong = timeoutMs > FETCH_PATIENCE_MS;

  async function ask(call: Call, signal: AbortSignal): Promise<Answer> {
    const { request, context } = call;
    const answer = new Answer(name);
    const callOptions = toCallOptions(request, terms, signal);
    const { onText } = context;
    const isStreamed = onText !== undefined || isLong;
    const result = await (isStreamed ? model.doStream(callOptions) : model.doGenerate(callOptions));
    if (!isObject(result)) throw new TypeError('the provider gave no answer');
    tellLimits(result, call);
    if (isStreamed) {
      await readStream(result.stream, answer, { model: name, signal, onText });
    } else {
      if (Array.isArray(result.content)) for (const part of result.content) answer.add(part);
      answer.end(result);
      answer.checkEnd('whole');
    }
    return answer;
  }

  return {
    name,
    async decide(request, context, onLimits): Promise<Decision> {
      const startedAt = context.clock.elapsed();
      const controller = new AbortController();
      try {
        const work = whileNotAborted(context, controller, () => ask({ request, context, onLimits }, controller.signal));
        const answer = await context.clock.external(work, timeoutMs);
        return toDecision(answer, request, { model: name, source, serviceMs: context.clock.elapsed() - startedAt });
      } catch (error) {
        const scene: FailureScene = { name, model: modelId, key, redact, now: context.clock.now() };
        const failure = controller.signal.aborted ? controller.signal.reason : toFailure(error, scene, timeoutMs);
        // What the provider may still be sending is not wanted any more.
        controller.abort(failure);
        throw failure;
      }
    },
  };
}

interface Call {
  readonly request: ModelRequest;
  readonly context: ModelContext;
  readonly onLimits: ((limits: ProviderLimits) => void) | undefined;
}

/** Settles at once when the call is aborted, even if the work does not care. */
function whileNotAborted<T>(context: ModelContext, controller: AbortController, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    context.onAbort((reason) => {
      controller.abort(reason);
      reject(reason);
    });
    if (!controller.signal.aborted) work().then(resolve, reject);
  });
}

function tellLimits({ response }: Record<string, unknown>, { context, onLimits }: Call): void {
  if (onLimits === undefined || !isObject(response) || !isObject(response.headers)) return;
  const limits = readLimits(response.headers as ResponseHeaders, context.clock.now());
  if (limits !== undefined) onLimits(limits);
}

function toFailure(error: unknown, scene: FailureScene, timeoutMs: number): Error {
  // Of the clock, in virtual time; nothing in here says so.
  if (error instanceof TroupeError && error.code === 'TOOL_TIMEOUT') {
    const message = `Cannot wait longer for model "${scene.name}": no answer in ${timeoutMs} ms of real time`;
    return new ModelCallError('MODEL_TIMEOUT', message, { retryable: true });
  }
  return toModelCallError(error, scene);
}
