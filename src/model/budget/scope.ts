import type { BudgetReached, BudgetSpec, BudgetView, Price } from '../../protocol.ts';
import { affordableOutput, maxCost, NANO_USD } from './cost.ts';

export interface Amounts {
  calls: number;
  /** In and out. */
  tokens: number;
  /** Whole billionths of a dollar. */
  nanoUsd: number;
}

/** What a call may need at most, apart from its answer. */
export interface InputNeed {
  readonly inputTokens: number;
  readonly price: Price | undefined;
}

const LIMITS: readonly BudgetReached['limit'][] = ['calls', 'tokens', 'usd', 'wall'];
const NOTHING: Readonly<Amounts> = { calls: 0, tokens: 0, nanoUsd: 0 };

/** One budget: what it allows, what has been used of it, and what calls in flight have reserved. */
export class BudgetScope {
  readonly kind: BudgetView['kind'];
  readonly name: string;
  readonly spec: BudgetSpec;
  /** It has been told that no more fits. */
  isTold = false;
  readonly #allowed: Readonly<Amounts>;
  readonly #startedAt: number;
  readonly #used: Amounts = { ...NOTHING };
  readonly #reserved: Amounts = { ...NOTHING };

  /** @param startedAt On the run's clock. */
  constructor(kind: BudgetView['kind'], name: string, spec: BudgetSpec, startedAt: number) {
    this.kind = kind;
    this.name = name;
    this.spec = spec;
    this.#startedAt = startedAt;
    const { calls = Number.POSITIVE_INFINITY, tokens = Number.POSITIVE_INFINITY, usd } = spec;
    const nanoUsd = usd === undefined ? Number.POSITIVE_INFINITY : Math.round(usd * NANO_USD);
    this.#allowed = { calls, tokens, nanoUsd };
  }

  isOver(elapsedMs: number): boolean {
    return this.spec.wallMs !== undefined && elapsedMs - this.#startedAt >= this.spec.wallMs;
  }

  /**
   * Tokens there are for the answer of one more call; infinite without a limit, negative if not even its input fits.
   *
   * @param when `later`: when no call is in flight any more, at best.
   */
  room({ inputTokens, price }: InputNeed, when: 'now' | 'later'): number {
    const reserved = when === 'now' ? this.#reserved : NOTHING;
    const [allowed, used] = [this.#allowed, this.#used];
    if (used.calls + reserved.calls + 1 > allowed.calls) return -1;
    const tokens = allowed.tokens - used.tokens - reserved.tokens - inputTokens;
    return Math.min(tokens, affordableOutput(allowed.nanoUsd - used.nanoUsd - reserved.nanoUsd, inputTokens, price));
  }

  reserve(amounts: Readonly<Amounts>): void {
    add(this.#reserved, amounts, 1);
  }

  /** @param reserved Given back; absent: nothing was. */
  book(used: Readonly<Amounts>, reserved?: Readonly<Amounts>): void {
    add(this.#used, used, 1);
    if (reserved !== undefined) add(this.#reserved, reserved, -1);
  }

  /** Which limit leaves no room for a call with an answer of so many tokens, however little the calls in flight use. */
  reached({ inputTokens, price }: InputNeed, outputTokens: number, elapsedMs: number): BudgetReached {
    const [allowed, used] = [this.#allowed, this.#used];
    const nanoUsd = maxCost(inputTokens, outputTokens, price);
    const needs = { wall: 0, calls: 1, tokens: inputTokens + outputTokens, usd: nanoUsd / NANO_USD };
    let limit: BudgetReached['limit'] = 'usd';
    if (this.isOver(elapsedMs)) limit = 'wall';
    else if (used.calls + needs.calls > allowed.calls) limit = 'calls';
    else if (used.tokens + needs.tokens > allowed.tokens) limit = 'tokens';
    const { kind, ...view } = this.#view(limit, elapsedMs);
    return { ...view, needed: needs[limit], atLimit: this.spec.atLimit };
  }

  /** Each of its limits. */
  view(elapsedMs: number): BudgetView[] {
    return LIMITS.filter((limit) => this.#allows(limit) !== undefined).map((limit) => this.#view(limit, elapsedMs));
  }

  #view(limit: BudgetReached['limit'], elapsedMs: number): BudgetView {
    const { kind, name: scope } = this;
    const allowed = this.#allows(limit) ?? Number.POSITIVE_INFINITY;
    if (limit === 'wall') return { kind, scope, limit, allowed, used: elapsedMs - this.#startedAt, reserved: 0 };
    return { kind, scope, limit, allowed, used: inUnit(this.#used, limit), reserved: inUnit(this.#reserved, limit) };
  }

  #allows(limit: BudgetReached['limit']): number | undefined {
    return limit === 'wall' ? this.spec.wallMs : this.spec[limit];
  }
}

function inUnit(amounts: Readonly<Amounts>, limit: 'calls' | 'tokens' | 'usd'): number {
  return limit === 'usd' ? amounts.nanoUsd / NANO_USD : amounts[limit];
}

function add(to: Amounts, amounts: Readonly<Amounts>, sign: 1 | -1): void {
  to.calls += sign * amounts.calls;
  to.tokens += sign * amounts.tokens;
  to.nanoUsd += sign * amounts.nanoUsd;
}
