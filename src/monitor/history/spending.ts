import type { Spent, Usage } from '../../protocol.ts';

/** What agents have spent on their models' answers, by their positions. */
export class Spending {
  readonly #calls: Float64Array;
  readonly #inputTokens: Float64Array;
  readonly #outputTokens: Float64Array;
  readonly #usd: Float64Array;

  constructor(agents: number) {
    this.#calls = new Float64Array(agents);
    this.#inputTokens = new Float64Array(agents);
    this.#outputTokens = new Float64Array(agents);
    this.#usd = new Float64Array(agents);
  }

  /** Books one answer. Of agents that the run does not have, nothing. */
  add(agent: number, { inputTokens, outputTokens, costUsd = 0 }: Usage): void {
    // Beyond its length a typed array reads as undefined and takes nothing.
    this.#calls[agent] = (this.#calls[agent] ?? 0) + 1;
    this.#inputTokens[agent] = (this.#inputTokens[agent] ?? 0) + inputTokens;
    this.#outputTokens[agent] = (this.#outputTokens[agent] ?? 0) + outputTokens;
    this.#usd[agent] = (this.#usd[agent] ?? 0) + costUsd;
  }

  /** What so many agents from `first` on have spent together. */
  sum(first: number, count: number): Spent {
    const of = (column: Float64Array): number => {
      return column.subarray(first, first + count).reduce((total, value) => total + value, 0);
    };
    return {
      calls: of(this.#calls),
      inputTokens: of(this.#inputTokens),
      outputTokens: of(this.#outputTokens),
      usd: of(this.#usd),
    };
  }
}
