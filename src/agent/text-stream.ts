import type { Clock, Timer } from '../base/clock.ts';
import { STREAM_MS } from '../base/limits.ts';

/** Changes what is passed on. @param isLast Nothing more comes. */
export type StreamFilter = (piece: string, isLast: boolean) => string;

/** Collects text that comes in small pieces and passes it on every `STREAM_MS`, the last of it at the end. */
export class TextStream {
  readonly #clock: Clock;
  readonly #pass: (text: string) => void;
  readonly #filter: StreamFilter | undefined;
  #text = '';
  #timer: Timer | undefined;
  #isOver = false;

  constructor(clock: Clock, pass: (text: string) => void, filter?: StreamFilter) {
    this.#clock = clock;
    this.#pass = pass;
    this.#filter = filter;
  }

  readonly take = (text: string): void => {
    if (text === '' || this.#isOver) return;
    this.#text += text;
    this.#timer ??= this.#clock.setTimer(STREAM_MS, () => this.#flush(false));
  };

  /** Passes on what is there; what comes later, of a model that does not stop, is dropped. */
  end(): void {
    this.#isOver = true;
    this.#flush(true);
  }

  #flush(isLast: boolean): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const text = this.#filter === undefined ? this.#text : this.#filter(this.#text, isLast);
    this.#text = '';
    if (text !== '') this.#pass(text);
  }
}
