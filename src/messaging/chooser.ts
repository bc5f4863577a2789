import { TroupeError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { DelegationPolicy } from '../protocol.ts';

export interface ChoiceContext {
  /** What an agent has to do already, in any unit; 0: nothing. */
  load(agent: string): number;
  readonly random: Random;
}

export interface Bid {
  readonly from: string;
  readonly bid: number;
}

const NUMBER = String.raw`[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?(?!\w|[.,]\d)`;
/** `bid: 12`, `My bid is **$12.50**`, `"bid": 12`. */
const NAMED_BID = new RegExp(String.raw`\bbid\b[\s"'*:=]{0,9}(?:(?:is|of)\b)?[\s"'*:=]{0,9}[$€£]?(${NUMBER})`, 'i');
const ANY_NUMBER = new RegExp(String.raw`(?<![\w.,+-])${NUMBER}`, 'i');

/** Chooses whom of a group a task is given to, and remembers whose turn it is. */
export class Chooser {
  /** By group, the place in it after the one chosen last. */
  readonly #turns = new Map<string, number>();

  /**
   * @param members Those who can be chosen, in the group's order; they may be others than the last time.
   * @param policy `round-robin`: one after the other; `least-busy`: the one with the lowest load, of equal ones the next in
   * turn; `random`: any. An auction is not for it: it is decided by `pickBid`.
   * @throws {TroupeError} `AGENT_UNKNOWN` if there are no members.
   */
  choose(
    group: string,
    members: readonly string[],
    policy: Exclude<DelegationPolicy, 'auction'>,
    context: ChoiceContext,
  ): string {
    const place = this.#choosePlace(group, members, policy, context);
    const chosen = members[place];
    if (chosen === undefined) {
      throw new TroupeError(
        'AGENT_UNKNOWN',
        `Cannot choose an agent of "${group}": none of them is there; name a group with agents that have not ended`,
      );
    }
    if (policy !== 'random') this.#turns.set(group, place + 1);
    return chosen;
  }

  #choosePlace(group: string, members: readonly string[], policy: string, context: ChoiceContext): number {
    const count = members.length;
    if (count === 0) return -1;
    if (policy === 'random') return context.random.int(0, count - 1);
    const turn = (this.#turns.get(group) ?? 0) % count;
    if (policy === 'round-robin') return turn;
    let best = turn;
    let lowest = context.load(members[turn] as string);
    for (let step = 1; step < count && lowest > 0; step++) {
      const place = (turn + step) % count;
      const load = context.load(members[place] as string);
      if (load < lowest) {
        best = place;
        lowest = load;
      }
    }
    return best;
  }
}

/**
 * What an agent bids, from its answer: `{ "bid": 12.5 }`, `bid: 12`, or else the first plain number in the text. A comma
 * stands between thousands only.
 *
 * @returns undefined if it does not bid: it says "no bid" or "none", or there is no finite number.
 */
export function parseBid(text: string): number | undefined {
  const json = parseJson(text);
  if (json !== undefined)
    return toBid(typeof json === 'object' && json !== null ? (json as { bid?: unknown }).bid : json);
  if (/\bno[\s-]bid/i.test(text)) return undefined;
  const named = NAMED_BID.exec(text)?.[1];
  if (named !== undefined) return toBid(named);
  return /\bnone\b/i.test(text) ? undefined : toBid(ANY_NUMBER.exec(text)?.[0]);
}

/** @returns The best bid, of equal ones the first; undefined if there is none. */
export function pickBid(bids: readonly Bid[], best: 'lowest' | 'highest'): Bid | undefined {
  let picked: Bid | undefined;
  for (const one of bids) {
    if (picked === undefined || (best === 'lowest' ? one.bid < picked.bid : one.bid > picked.bid)) picked = one;
  }
  return picked;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toBid(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value.replaceAll(',', '')) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
