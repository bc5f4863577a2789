/** Something a call has said. */
interface Saying {
  /** The part of its id that tells it from the others of the call. */
  readonly mark: string;
  /** How often it has come to nothing. */
  failures: number;
  /** Undefined: it was never said, or came to nothing. */
  outcome: Promise<unknown> | undefined;
}

/**
 * What one tool call says to others, over all of its tries: what a try has said is not said again by the next one, which
 * has what came of it.
 */
export class Sayings {
  readonly #key: () => string;
  readonly #known = new Map<string, Saying>();
  /** How often the try under way has said the same. */
  readonly #times = new Map<string, number>();

  /** @param key The call's, the same when it is made again after a crash. */
  constructor(key: () => string) {
    this.#key = key;
  }

  /** A try begins. */
  begin(): void {
    this.#times.clear();
  }

  /**
   * Says it, unless a try before has said it: something that is said twice on purpose is said twice.
   *
   * @param what All that matters of it, as JSON.
   * @param act Gets the id to say it under: the same after a crash if the call says the same in the same order, and another
   * one if it came to nothing before, since whoever has got that would take it for the same.
   */
  say<T>(what: readonly unknown[], act: (id: string) => Promise<T>): Promise<T> {
    const saying = this.#find(JSON.stringify(what));
    if (saying.outcome !== undefined) return saying.outcome as Promise<T>;
    const again = saying.failures === 0 ? '' : `~${saying.failures}`;
    const outcome = act(`${this.#key()}${saying.mark}${again}`);
    saying.outcome = outcome;
    outcome.catch(() => {
      saying.failures++;
      saying.outcome = undefined;
    });
    return outcome;
  }

  #find(text: string): Saying {
    const times = (this.#times.get(text) ?? 0) + 1;
    this.#times.set(text, times);
    const name = `${times} ${text}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    // Most calls say one thing, which has the call's own key.
    const mark = this.#known.size === 0 ? '' : `.${this.#known.size + 1}`;
    const saying: Saying = { mark, failures: 0, outcome: undefined };
    this.#known.set(name, saying);
    return saying;
  }
}
