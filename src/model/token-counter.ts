import type { ChatMessage, ModelRequest, ModelSpec } from '../protocol.ts';
import { type CountTokens, loadTokenizer } from './context/load-tokenizer.ts';

/** A common rule of thumb for English text. */
const CHARS_PER_TOKEN = 4;
/** Around each message: its role and its ends. */
const MESSAGE_TOKENS = 4;
/** Around a call besides its name and arguments: its id and type. */
const CALL_TOKENS = 8;
/** Of a call that differs from the last by so much, the share that counts. */
const WEIGHT = 0.1;
/** Bounds of the calibration: beyond them it is no longer the same text that is counted. */
const RATIO_MIN = 0.25;
const RATIO_MAX = 4;

/** Tokens of a request. */
export interface RequestCount {
  /** As the provider would count them, by what it has reported so far. */
  readonly tokens: number;
  /** As counted here. */
  readonly counted: number;
}

/**
 * Counts tokens for one model.
 *
 * Contract: a message that has been counted does not change; it is counted once.
 */
export interface TokenCounter {
  /** As the provider would count them, by what it has reported so far; so do the others. */
  countText(text: string): number;
  countMessage(message: ChatMessage): number;
  /** Instructions, tools, the schema of the reply and the conversation. */
  countRequest(request: ModelRequest): RequestCount;
  /** Takes note of the input tokens that the provider has reported for a request; 0 is no report. */
  learn(count: RequestCount, inputTokens: number): void;
  /**
   * The same for one agent: what others are told in which order changes nothing of what it counts, so that its
   * conversation gives way at the same places when the run is played again.
   *
   * @param agent The same object each time.
   */
  of(agent: object): TokenCounter;
}

/**
 * A counter for a model: for a provider's by the encoding o200k_base, which `loadTokenizer` loads; for a simulated one
 * and one from code by four characters a token, so that a rehearsal loads nothing.
 *
 * Both are corrected by what the provider reports. With that the first is close with other vocabularies too, and the
 * second is not, since it errs differently with each kind of text. Measured with conversations of prose, code, JSON, logs,
 * Chinese, Russian, Base64 and numbers against the vocabulary cl100k_base, as the estimate's share of the truth from the
 * 1st to the 99th percentile: o200k_base 0.84 to 1.13, four characters 0.54 to 2.00. With prose, code, JSON and logs
 * against p50k_base: 0.90 to 1.12, and 0.68 to 1.75. Vocabularies that are not GPT's were not at hand.
 */
export async function createTokenCounter(spec: Pick<ModelSpec, 'provider'>): Promise<TokenCounter> {
  const isProvider = spec.provider !== 'simulated' && spec.provider !== 'code';
  return new CalibratedCounter(isProvider ? await loadTokenizer() : countByLength);
}

function countByLength(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}

/** Of messages, of what is shared by a group's requests, and of an agent's instructions by its spec. */
class Counted {
  readonly messages = new WeakMap<ChatMessage, number>();
  readonly shared = new WeakMap<object, number>();
  readonly instructions = new WeakMap<object, { readonly text: string; readonly tokens: number }>();
}

class CalibratedCounter implements TokenCounter {
  readonly #count: CountTokens;
  readonly #counted: Counted;
  readonly #agents = new WeakMap<object, CalibratedCounter>();
  #ratio = 1;
  #learned = 0;

  constructor(count: CountTokens, counted = new Counted()) {
    this.#count = count;
    this.#counted = counted;
  }

  of(agent: object): TokenCounter {
    const counter = this.#agents.get(agent) ?? new CalibratedCounter(this.#count, this.#counted);
    this.#agents.set(agent, counter);
    return counter;
  }

  countText(text: string): number {
    return this.#calibrate(this.#count(text));
  }

  countMessage(message: ChatMessage): number {
    return this.#calibrate(this.#ofMessage(message));
  }

  countRequest({ spec, instructions, tools, output, transcript }: ModelRequest): RequestCount {
    let counted = this.#ofInstructions(spec, instructions) + (tools.length === 0 ? 0 : this.#ofShared(tools));
    if (output !== undefined) counted += this.#ofShared(output);
    for (const message of transcript) counted += this.#ofMessage(message);
    return { tokens: this.#calibrate(counted), counted };
  }

  learn({ counted }: RequestCount, inputTokens: number): void {
    if (counted <= 0 || !(inputTokens > 0)) return;
    const ratio = Math.min(RATIO_MAX, Math.max(RATIO_MIN, inputTokens / counted));
    // The first ones count by their number, so that the start is forgotten soon.
    this.#learned++;
    this.#ratio += (ratio - this.#ratio) * Math.max(WEIGHT, 1 / this.#learned);
  }

  #calibrate(counted: number): number {
    return Math.ceil(counted * this.#ratio);
  }

  #ofMessage(message: ChatMessage): number {
    const known = this.#counted.messages.get(message);
    if (known !== undefined) return known;
    let tokens = MESSAGE_TOKENS + this.#count(message.content);
    if (message.role === 'assistant') {
      // Mostly not text, so that an encoding would be slow and no better.
      if (message.kept !== undefined) tokens += countByLength(JSON.stringify(message.kept));
      for (const { name, args } of message.toolCalls) {
        tokens += CALL_TOKENS + this.#count(name) + this.#count(JSON.stringify(args));
      }
    }
    this.#counted.messages.set(message, tokens);
    return tokens;
  }

  #ofShared(value: object): number {
    const known = this.#counted.shared.get(value);
    if (known !== undefined) return known;
    const tokens = this.#count(JSON.stringify(value));
    this.#counted.shared.set(value, tokens);
    return tokens;
  }

  #ofInstructions(spec: object, text: string): number {
    const known = this.#counted.instructions.get(spec);
    if (known?.text === text) return known.tokens;
    const tokens = MESSAGE_TOKENS + this.#count(text);
    this.#counted.instructions.set(spec, { text, tokens });
    return tokens;
  }
}
