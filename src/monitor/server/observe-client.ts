import { TroupeError } from '../../base/errors.ts';
import { CLIENT_OUTCOMES_MAX } from '../../base/monitor-limits.ts';
import { isSettled, type Observing } from '../../sources/outcomes.ts';
import type { ObservedMessage, ObserveMessage, OutcomeMessage } from '../observe-messages.ts';

type Id = { readonly id?: string | number };

/** What one client of `/ws` pushes, and what it is told of that: each item's outcome, once. */
export class ObserveClient {
  readonly #observing: Observing;
  readonly #send: (message: ObservedMessage | OutcomeMessage) => void;
  readonly #followed = new Set<() => void>();
  #pushing = 0;
  #isClosed = false;

  constructor(observing: Observing, send: (message: ObservedMessage | OutcomeMessage) => void) {
    this.#observing = observing;
    this.#send = send;
  }

  /** @throws {TroupeError} Rejects as `Observing.observe`, and with `TOO_MANY` if it waits for too many outcomes. */
  async observe({ source, item, ...rest }: ObserveMessage & Id): Promise<void> {
    if (this.#followed.size + this.#pushing >= CLIENT_OUTCOMES_MAX) {
      const message = `Cannot push to source "${source}": ${CLIENT_OUTCOMES_MAX} outcomes are awaited; wait for one`;
      throw new TroupeError('TOO_MANY', message);
    }
    this.#pushing++;
    const { outcome } = await this.#observing.observe(source, item).finally(() => this.#pushing--);
    if (this.#isClosed) return;
    const id = rest.id === undefined ? {} : { id: rest.id };
    this.#send({ type: 'observed', ...id, outcome });
    this.#follow(outcome.id, id);
  }

  /** Frees everything. Idempotent. */
  close(): void {
    this.#isClosed = true;
    for (const forget of this.#followed) forget();
    this.#followed.clear();
  }

  #follow(item: string, id: Id): void {
    let isOver = false;
    let forget = (): void => {};
    forget = this.#observing.follow(item, {
      changed: (outcome) => {
        if (isOver || !isSettled(outcome.status)) return;
        isOver = true;
        this.#followed.delete(forget);
        forget();
        this.#send({ type: 'outcome', ...id, outcome });
      },
    });
    if (isOver) forget();
    else this.#followed.add(forget);
  }
}
