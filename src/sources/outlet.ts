import type { Timer } from '../base/clock.ts';
import { TroupeError, toErrorInfo } from '../base/errors.ts';
import type { ErrorInfo, JsonObject, SourceSpec } from '../protocol.ts';
import { createRenderer, type Found } from './render-item.ts';
import type { SourceOptions } from './source.ts';

/**
 * What all sources share: rendering and offering what they find, counting it, keeping where they are, waiting, ending.
 *
 * Contract: one `give` at a time; after `end` and `stop` nothing is offered, kept or told, but what is under way is still
 * kept when it is taken.
 */
export class Outlet {
  readonly name: string;
  readonly options: SourceOptions;
  /** Resolves at `end`. */
  readonly ended: Promise<void>;
  readonly #limit: number;
  readonly #render: ReturnType<typeof createRenderer>;
  #items: number;
  #state: 'open' | 'ended' | 'stopped' = 'open';
  #settle: () => void = () => {};
  #trouble: string | undefined;
  #nap: { readonly timer: Timer; readonly wake: () => void } | undefined;

  /** @throws {TroupeError} `TEMPLATE` if a template of the source cannot be read. */
  constructor(name: string, spec: SourceSpec, options: SourceOptions) {
    this.name = name;
    this.options = options;
    this.#limit = spec.limit ?? Number.POSITIVE_INFINITY;
    this.#render = createRenderer(name, spec, options.params);
    const { n } = options.position ?? {};
    this.#items = typeof n === 'number' && n >= 0 ? n : 0;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** The number of the next item, from 1; a resumed run goes on counting. */
  get next(): number {
    return this.#items + 1;
  }

  /** Nothing more may be offered. */
  get isOver(): boolean {
    return this.#state !== 'open';
  }

  /** So many have been given that it ends. */
  get isFull(): boolean {
    return this.#items >= this.#limit;
  }

  /**
   * Offers what was found, waits until it is taken, and keeps where the source is then; ends at the limit.
   *
   * An item that cannot be rendered or is not taken is told, and passed over; a blank one is passed over. Neither counts.
   *
   * @param toPosition Where the source is after it, besides `n`. Default: nowhere in particular.
   * @returns Why it was not taken. Never rejects.
   */
  async give(found: Found, toPosition?: () => JsonObject): Promise<ErrorInfo | undefined> {
    const { offer, tell } = this.options;
    const n = this.next;
    try {
      const item = this.#render(found, n);
      if (item !== undefined) {
        await offer(item);
        this.#items = n;
      }
    } catch (thrown) {
      const error = toErrorInfo(thrown);
      // What was refused because everything ends comes again when it goes on.
      if (this.isOver) return error;
      tell({ type: 'source.failed', source: this.name, error });
      this.keep(toPosition?.());
      return error;
    }
    this.keep(toPosition?.());
    if (this.isFull) this.end();
    return undefined;
  }

  /** Keeps where the source is, with its count. */
  keep(position: JsonObject = {}): void {
    this.options.keep({ ...position, n: this.#items });
  }

  /** Tells of something that is lost: each time. */
  warn(message: string): void {
    if (this.isOver) return;
    const error = toErrorInfo(new TroupeError('SOURCE_FAILED', message));
    this.options.tell({ type: 'source.failed', source: this.name, error });
  }

  /** Tells why nothing comes at present: once, until it is another reason or `isFine` was called. */
  fail(message: string): void {
    if (message === this.#trouble) return;
    this.#trouble = message;
    this.warn(message);
  }

  isFine(): void {
    this.#trouble = undefined;
  }

  /** Resolves after so long by the run's clock, or at `stop`; one at a time. */
  sleep(delayMs: number): Promise<void> {
    if (this.isOver) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#nap = undefined;
        resolve();
      };
      this.#nap = { timer: this.options.clock.setTimer(delayMs, wake), wake };
    });
  }

  /** It has ended by itself. Idempotent. */
  end(): void {
    if (this.isOver) return;
    this.#state = 'ended';
    this.options.tell({ type: 'source.ended', source: this.name, items: this.#items });
    this.#settle();
  }

  /** It is ended from outside. Idempotent. */
  stop(): void {
    if (this.#state === 'open') this.#state = 'stopped';
    const nap = this.#nap;
    nap?.timer.cancel();
    nap?.wake();
  }
}
