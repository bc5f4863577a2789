import {
  BUDGET_INPUT_MARGIN,
  BUDGET_INPUT_MARGIN_MAX,
  BUDGET_OUTPUT_MAX_TOKENS,
  BUDGET_OUTPUT_MIN_TOKENS,
  BUDGET_OUTPUT_TOKENS,
} from '../../base/limits.ts';

/** Of the way from the margin to what the last call would have needed: half of a peak is forgotten after 35 calls. */
const FORGETTING = 0.02;
/** Answers from which a percentile can be told. */
const ENOUGH = 20;
/** Answers that count: then all count half. */
const REMEMBERED = 512;
const PERCENTILE = 0.99;
/** Buckets of answers' lengths, two for each power of two. */
const BUCKETS = 2 * Math.log2(BUDGET_OUTPUT_MAX_TOKENS) + 1;

/** What a group's calls have needed, and so what the next one needs: its members ask the same model in the same way. */
export class LearnedNeed {
  /** The worst estimate of late. */
  #margin = BUDGET_INPUT_MARGIN;
  readonly #answers = new Array<number>(BUCKETS).fill(0);
  #count = 0;

  /** @returns Input tokens that a call of this estimate hardly ever exceeds. */
  inputTokens(estimate: number): number {
    return Math.round(estimate * this.#margin);
  }

  /** Tokens within which nearly all answers stay. */
  get outputTokens(): number {
    if (this.#count < ENOUGH) return Math.max(BUDGET_OUTPUT_TOKENS, this.#percentile(1));
    return Math.max(BUDGET_OUTPUT_MIN_TOKENS, this.#percentile(PERCENTILE));
  }

  /**
   * Takes note of what a call has needed.
   *
   * @param call.granted Tokens its answer could have: one that had them all would have been longer, and counts as twice
   * as long.
   */
  learn(call: { estimate: number; inputTokens: number; outputTokens: number; granted: number | undefined }): void {
    const { estimate, inputTokens, outputTokens, granted = Number.POSITIVE_INFINITY } = call;
    if (estimate > 0 && inputTokens > 0) {
      const needed = Math.min(BUDGET_INPUT_MARGIN_MAX, Math.max(1, inputTokens / estimate));
      this.#margin = needed > this.#margin ? needed : this.#margin - (this.#margin - needed) * FORGETTING;
    }
    const bucket = toBucket(outputTokens >= granted ? 2 * granted : outputTokens);
    this.#answers[bucket] = (this.#answers[bucket] ?? 0) + 1;
    this.#count++;
    if (this.#count < REMEMBERED) return;
    for (const [index, count] of this.#answers.entries()) this.#answers[index] = count / 2;
    this.#count /= 2;
  }

  #percentile(share: number): number {
    let left = this.#count * (1 - share);
    for (let bucket = BUCKETS - 1; bucket > 0; bucket--) {
      left -= this.#answers[bucket] ?? 0;
      if (left < 0) return Math.ceil(2 ** (bucket / 2));
    }
    return 1;
  }
}

function toBucket(tokens: number): number {
  return Math.min(BUCKETS - 1, Math.ceil(2 * Math.log2(Math.max(1, tokens))));
}
