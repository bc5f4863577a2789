import { MODEL_ANSWER_MAX_BYTES, TOOL_CALLS_MAX } from '../../base/limits.ts';
import type { Usage } from '../../protocol.ts';
import { ModelCallError } from '../model-call-error.ts';
import { AnswerParts } from './answer-parts.ts';
import { isObject } from './is-object.ts';
import { tooLong } from './too-long.ts';

/** More tokens than any answer has; a larger number is no count. */
const TOKENS_MAX = 1_000_000_000;

/** A call as the provider's package has read it. */
export interface AnsweredCall {
  readonly name: string;
  /** JSON text, if all is well. */
  readonly input: unknown;
}

/** What a model has answered, put together from the parts that the provider's package makes of it. */
export class Answer {
  text = '';
  /** At most `TOOL_CALLS_MAX`; `callCount` says how many there were. */
  readonly calls: AnsweredCall[] = [];
  callCount = 0;
  /** The AI SDK's word for why the answer has ended, and the provider's own. */
  finish: { readonly unified: string; readonly raw: string | undefined } | undefined;
  /** What the provider says of it, as far as that can be true. */
  usage: Partial<Usage> = {};
  /** What may have to be kept. */
  readonly parts = new AnswerParts();
  /** The server has thoughts called `reasoning_content`. */
  sendsReasoning = false;
  readonly #model: string;
  #size = 0;

  /** @param model Its name, for messages. */
  constructor(model: string) {
    this.#model = model;
  }

  /**
   * Takes a part of the answer. Thoughts are noted, in case they have to be kept; what is of no use here is passed over: files,
   * sources, what the provider did.
   *
   * @param part Anything; one of the AI SDK's content parts has a `type`.
   * @throws {ModelCallError} `MODEL_ANSWER` if the answer becomes longer than `MODEL_ANSWER_MAX_BYTES`.
   */
  add(part: unknown): void {
    if (!isObject(part)) return;
    this.parts.take(part);
    if (part.type === 'text' && typeof part.text === 'string') this.addText(part.text);
    else if (part.type === 'tool-call' && part.providerExecuted !== true) this.#addCall(part);
  }

  addText(text: string): void {
    this.#grow(text.length);
    this.text += text;
  }

  /** Takes what stands at the end. */
  end({ finishReason, usage, providerMetadata }: Record<string, unknown>): void {
    // Version 2 of the specification had a text here, and not every package has heard of the change.
    const { unified, raw } = isObject(finishReason) ? finishReason : { unified: finishReason, raw: undefined };
    this.finish = {
      unified: typeof unified === 'string' ? unified : 'other',
      raw: typeof raw === 'string' ? raw.slice(0, 100) : undefined,
    };
    if (isObject(usage)) this.usage = toUsage(usage);
    const said = isObject(providerMetadata) ? providerMetadata.openaiCompatible : undefined;
    this.sendsReasoning = isObject(said) && said.sendsReasoning === true;
  }

  /**
   * Whether it really has ended. `other` without the provider's own word is what packages say that have not been told of an
   * end; of an answer that came as a whole that says little, unless there is nothing in it.
   *
   * @param wholeness `whole` or `streamed`.
   * @throws {ModelCallError} A retryable one, if it has not.
   */
  checkEnd(wholeness: 'whole' | 'streamed'): void {
    const isTold = this.finish !== undefined && (this.finish.unified !== 'other' || this.finish.raw !== undefined);
    const isEnded = isTold && this.finish?.unified !== 'interrupted';
    if (isEnded || (wholeness === 'whole' && (this.text !== '' || this.callCount > 0))) return;
    const message = `Cannot use the answer of model "${this.#model}": it broke off before its end`;
    throw new ModelCallError('MODEL_FAILED', message, { retryable: true });
  }

  #addCall({ toolName, input }: Record<string, unknown>): void {
    this.callCount++;
    if (this.callCount > TOOL_CALLS_MAX) return;
    const name = typeof toolName === 'string' ? toolName : '';
    this.#grow(name.length + (typeof input === 'string' ? input.length : 0));
    this.calls.push({ name, input });
  }

  /** Counts characters, of which each is at least a byte. */
  #grow(chars: number): void {
    this.#size += chars;
    if (this.#size > MODEL_ANSWER_MAX_BYTES) throw tooLong(this.#model, MODEL_ANSWER_MAX_BYTES);
  }
}

function toUsage({ inputTokens, outputTokens }: Record<string, unknown>): Partial<Usage> {
  const input = toCount(isObject(inputTokens) ? inputTokens.total : inputTokens);
  const output = toCount(isObject(outputTokens) ? outputTokens.total : outputTokens);
  const cached = toCount(isObject(inputTokens) ? inputTokens.cacheRead : undefined);
  return {
    // Nothing was asked without tokens: a 0 is how some servers say that they do not count.
    ...(input !== undefined && input > 0 && { inputTokens: input }),
    ...(output !== undefined && output > 0 && { outputTokens: output }),
    ...(cached !== undefined && cached > 0 && cached <= (input ?? 0) && { cachedInputTokens: cached }),
  };
}

function toCount(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= TOKENS_MAX ? Math.round(value) : undefined;
}
