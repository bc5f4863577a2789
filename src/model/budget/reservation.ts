import type { Spent, Usage } from '../../protocol.ts';
import type { Account } from './account.ts';
import type { CallNeed } from './assess-call.ts';
import { NANO_USD, toCost } from './cost.ts';
import type { Amounts } from './scope.ts';

const NOTHING: Spent = { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 };

/**
 * Room for one call, in every budget it counts for.
 *
 * Contract: `settle` or `release` is called when the call is over, or others may wait for ever. The first of these
 * counts, later ones do nothing.
 */
export interface Reservation {
  readonly kind: 'reserved';
  /** What the answer may have. Undefined: no budget sets a limit to it, nor do the model's terms. */
  readonly maxOutputTokens: number | undefined;
  /**
   * Books what was used. Without a usage the call has failed and nobody knows what it has cost: it is booked with its
   * estimated input, since providers charge for input they have read, and failures must not overrun a budget either.
   */
  settle(usage: Usage | undefined): void;
  /** The call was not made: it counts for nothing. */
  release(): void;
}

/**
 * @param reserved What has been reserved in the account's budgets.
 * @param maxOutputTokens What the answer may have.
 * @param onEnd Called when it has been given back.
 */
export function createReservation(
  need: CallNeed,
  account: Account,
  reserved: Readonly<Amounts>,
  maxOutputTokens: number | undefined,
  onEnd: () => void,
): Reservation {
  let isOver = false;
  const end = (spent: Spent): void => {
    isOver = true;
    account.book(spent, reserved);
    onEnd();
  };
  return {
    kind: 'reserved',
    maxOutputTokens,
    settle(usage) {
      if (isOver) return;
      const used = usage ?? { inputTokens: need.inputTokens, outputTokens: 0 };
      const { inputTokens, outputTokens } = used;
      if (usage !== undefined) {
        account.learned.learn({ estimate: need.inputTokens, inputTokens, outputTokens, granted: maxOutputTokens });
      }
      end({ calls: 1, inputTokens, outputTokens, usd: toCost(used, need.price) / NANO_USD });
    },
    release() {
      if (!isOver) end(NOTHING);
    },
  };
}
