import type { Clock } from '../../base/clock.ts';
import type { BudgetReached, BudgetSpec, BudgetView, RunFact, Spent } from '../../protocol.ts';
import { Account } from './account.ts';
import { assessCall, type CallNeed, type Refusal } from './assess-call.ts';
import { LearnedNeed } from './learned-need.ts';
import { createReservation, type Reservation } from './reservation.ts';
import { BudgetScope } from './scope.ts';

const NOTHING: Spent = { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 };

/** A call that waits for calls in flight, which have reserved more than they use. */
export interface WaitingCall {
  /** Gives up; `done` is not called any more. Idempotent. */
  cancel(): void;
}

/** What the budgets of a run have left, and for whom. */
export interface Budgets {
  /**
   * Reserves what a call may need, in all budgets at once or in none.
   *
   * Contract: who waits for the same budget gets room in the order of coming; who waits for a narrow budget holds up
   * nobody in a wider one. Nobody waits but for calls in flight that may give something back.
   *
   * @param done Called once: before this returns, unless it returns a waiting call; then in a turn of the event loop
   * to come.
   */
  reserve(need: CallNeed, done: (outcome: Reservation | Refusal) => void): WaitingCall | undefined;
  /** What an agent has spent since its start, earlier lives included. */
  spent(agent: string): Spent;
  /** Books what an agent of a resumed run has spent before, whether or not it goes on. Its own time begins anew. */
  restore(agent: string, group: string, spent: Spent): void;
  /** Forgets an agent that has ended. What it has spent stays booked for its group and the run. */
  end(agent: string): void;
  /** Every limit: the run's, the groups', and those of agents that have begun and not ended. */
  view(): BudgetView[];
}

export interface BudgetsOptions {
  readonly run?: BudgetSpec | undefined;
  readonly groups: ReadonlyMap<string, GroupBudgets>;
  readonly clock: Pick<Clock, 'elapsed' | 'defer'>;
  /** Takes a `budget.reached` for each budget, the first time that it refuses a call. */
  tell(fact: RunFact): void;
}

interface GroupBudgets {
  readonly budget?: BudgetSpec;
  readonly budgetEach?: BudgetSpec;
}

/** The budgets of a run, which begin with its clock; undefined if nothing is limited. */
export function createBudgets(options: BudgetsOptions): Budgets | undefined {
  const hasGroups = [...options.groups.values()].some((group) => group.budget ?? group.budgetEach);
  return options.run !== undefined || hasGroups ? new RunBudgets(options) : undefined;
}

/** What a group's members share. */
interface GroupAccount {
  readonly scopes: readonly BudgetScope[];
  readonly each: BudgetSpec | undefined;
  readonly learned: LearnedNeed;
}

interface PendingCall {
  readonly need: CallNeed;
  readonly account: Account;
  readonly done: (outcome: Reservation | Refusal) => void;
  isCancelled: boolean;
}

class RunBudgets implements Budgets {
  readonly #options: BudgetsOptions;
  readonly #run: BudgetScope | undefined;
  readonly #groups = new Map<string, GroupAccount>();
  readonly #agents = new Map<string, Account>();
  /** In the order of coming. */
  readonly #waiting = new Set<PendingCall>();
  #isWaking = false;

  constructor(options: BudgetsOptions) {
    this.#options = options;
    this.#run = options.run && new BudgetScope('run', 'run', options.run, 0);
    for (const name of options.groups.keys()) this.#group(name);
  }

  reserve(need: CallNeed, done: (outcome: Reservation | Refusal) => void): WaitingCall | undefined {
    const call: PendingCall = { need, account: this.#account(need.agent, need.group), done, isCancelled: false };
    if (this.#waiting.size === 0) {
      const outcome = this.#try(call);
      if (outcome !== undefined) {
        done(outcome);
        return undefined;
      }
    }
    this.#waiting.add(call);
    this.#wake();
    return {
      cancel: () => {
        call.isCancelled = true;
        if (this.#waiting.delete(call)) this.#wake();
      },
    };
  }

  spent(agent: string): Spent {
    return this.#agents.get(agent)?.spent ?? NOTHING;
  }

  restore(agent: string, group: string, spent: Spent): void {
    this.#account(agent, group).book(spent);
  }

  end(agent: string): void {
    this.#agents.delete(agent);
  }

  view(): BudgetView[] {
    const elapsedMs = this.#options.clock.elapsed();
    const scopes = new Set(this.#run === undefined ? [] : [this.#run]);
    for (const accounts of [this.#groups, this.#agents]) {
      for (const account of accounts.values()) for (const scope of account.scopes) scopes.add(scope);
    }
    const views: BudgetView[] = [];
    for (const scope of scopes) views.push(...scope.view(elapsedMs));
    return views;
  }

  /** @param full Takes the budgets for which the call has to wait, if it has to. */
  #try({ need, account }: PendingCall, full?: Set<BudgetScope>): Reservation | Refusal | undefined {
    const { scopes, learned } = account;
    const assessment = assessCall(need, scopes, learned, this.#options.clock.elapsed());
    switch (assessment.kind) {
      case 'full':
        for (const scope of assessment.scopes) full?.add(scope);
        return undefined;
      case 'refused':
        this.#tell(assessment);
        return { kind: 'refused', reached: assessment.reached };
      default: {
        const { amounts, outputTokens, isLimited } = assessment;
        for (const scope of scopes) scope.reserve(amounts);
        const granted = isLimited ? outputTokens : need.maxOutputTokens;
        return createReservation(need, account, amounts, granted, () => this.#wake());
      }
    }
  }

  #tell({ scopes, reached }: { scopes: readonly BudgetScope[]; reached: readonly BudgetReached[] }): void {
    for (const [index, fact] of reached.entries()) {
      const scope = scopes[index];
      if (scope === undefined || scope.isTold) continue;
      scope.isTold = true;
      this.#options.tell({ type: 'budget.reached', ...fact });
    }
  }

  /** Lets in who waits, as soon as the event loop comes to it: several calls that end together are one pass. */
  #wake(): void {
    if (this.#isWaking || this.#waiting.size === 0) return;
    this.#isWaking = true;
    this.#options.clock.defer(() => this.#letIn());
  }

  #letIn(): void {
    this.#isWaking = false;
    const full = new Set<BudgetScope>();
    for (const call of this.#waiting) {
      // Budgets in which somebody waits who came before are closed to those who came later.
      if (call.account.scopes.some((scope) => full.has(scope))) continue;
      const outcome = this.#try(call, full);
      if (outcome !== undefined) this.#deliver(call, outcome);
      if (this.#run !== undefined && full.has(this.#run)) return;
    }
  }

  #account(agent: string, group: string): Account {
    const known = this.#agents.get(agent);
    if (known !== undefined) return known;
    const { scopes, each, learned } = this.#group(group);
    const own = each && new BudgetScope('agent', agent, each, this.#options.clock.elapsed());
    const account = new Account(own === undefined ? scopes : [...scopes, own], learned);
    this.#agents.set(agent, account);
    return account;
  }

  #group(name: string): GroupAccount {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const { budget, budgetEach: each } = this.#options.groups.get(name) ?? {};
    const own = budget && new BudgetScope('group', name, budget, 0);
    const scopes = [this.#run, own].filter((scope) => scope !== undefined);
    const group = { scopes, each, learned: new LearnedNeed() };
    this.#groups.set(name, group);
    return group;
  }

  /** Each in its own time, since a model call begins there. */
  #deliver(call: PendingCall, outcome: Reservation | Refusal): void {
    this.#waiting.delete(call);
    this.#options.clock.defer(() => {
      if (!call.isCancelled) call.done(outcome);
      else if (outcome.kind === 'reserved') outcome.release();
    });
  }
}
