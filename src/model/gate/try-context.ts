import { CallContext } from '../../base/call-context.ts';
import type { Random } from '../../base/random.ts';
import type { RunFact } from '../../protocol.ts';
import type { ModelContext } from '../model.ts';

/** What one try of a call may use: all that the call may, and a deadline of its own. */
export class TryContext extends CallContext implements ModelContext {
  readonly #call: ModelContext;
  readonly #number: number;
  #own: Random | undefined;

  /**
   * Contract: whoever makes it aborts it when the call is aborted.
   *
   * @param number 1-based. The first try has the call's own chance, so that calls which need no second one are what they
   * would be without a gate.
   */
  constructor(call: ModelContext, number: number) {
    super(call.agent, call.turn, call.callId, call.clock, call.random);
    this.#call = call;
    this.#number = number;
  }

  override get random(): Random {
    this.#own ??= this.#number === 1 ? this.#call.random : this.#call.random.fork(`try ${this.#number}`);
    return this.#own;
  }

  get user(): string | undefined {
    return this.#call.user;
  }

  /** Text of a try that is over is not passed on: it would get into that of the next. */
  get onText(): ((text: string) => void) | undefined {
    const { onText } = this.#call;
    if (onText === undefined) return undefined;
    return (text) => {
      if (!this.isAborted) onText.call(this.#call, text);
    };
  }

  tell(fact: RunFact): void {
    this.#call.tell(fact);
  }
}
