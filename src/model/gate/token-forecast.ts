import type { ModelRequest, Usage } from '../../protocol.ts';
import { estimateInputTokens } from '../estimate-usage.ts';

/** Before the first answer: a short one. */
const OUTPUT_TOKENS = 256;
/** Share of one answer in what is learned. */
const WEIGHT = 1 / 16;

/** What a call will use of a limit on tokens, from what those before it have used. */
export class TokenForecast {
  #output = OUTPUT_TOKENS;
  /** What requests really come to, by what their text does: tools and formats count too, and languages differ. */
  #inputFactor = 1;

  of(request: ModelRequest): number {
    const output = Math.min(this.#output, request.maxOutputTokens ?? Number.POSITIVE_INFINITY);
    return Math.ceil(estimateInputTokens(request) * this.#inputFactor + output);
  }

  learn(request: ModelRequest, { inputTokens, outputTokens }: Usage): void {
    this.#output += (outputTokens - this.#output) * WEIGHT;
    const estimated = estimateInputTokens(request);
    if (estimated > 0) this.#inputFactor += (inputTokens / estimated - this.#inputFactor) * WEIGHT;
  }
}
