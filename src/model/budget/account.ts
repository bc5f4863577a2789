import type { Spent } from '../../protocol.ts';
import { NANO_USD } from './cost.ts';
import type { LearnedNeed } from './learned-need.ts';
import type { Amounts, BudgetScope } from './scope.ts';

/** What one agent spends, in every budget that it counts for. */
export class Account {
  /** From the widest to the agent's own. */
  readonly scopes: readonly BudgetScope[];
  readonly learned: LearnedNeed;
  #calls = 0;
  #inputTokens = 0;
  #outputTokens = 0;
  #nanoUsd = 0;

  /** @param learned The group's. */
  constructor(scopes: readonly BudgetScope[], learned: LearnedNeed) {
    this.scopes = scopes;
    this.learned = learned;
  }

  get spent(): Spent {
    const [calls, inputTokens, outputTokens] = [this.#calls, this.#inputTokens, this.#outputTokens];
    return { calls, inputTokens, outputTokens, usd: this.#nanoUsd / NANO_USD };
  }

  /** @param reserved Given back; absent: nothing was. */
  book({ calls, inputTokens, outputTokens, usd }: Spent, reserved?: Readonly<Amounts>): void {
    const nanoUsd = Math.round(usd * NANO_USD);
    this.#calls += calls;
    this.#inputTokens += inputTokens;
    this.#outputTokens += outputTokens;
    this.#nanoUsd += nanoUsd;
    for (const scope of this.scopes) scope.book({ calls, tokens: inputTokens + outputTokens, nanoUsd }, reserved);
  }
}
