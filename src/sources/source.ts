import type { Readable } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import type { TroupeError } from '../base/errors.ts';
import type { JsonObject, RunFact } from '../protocol.ts';

/** One observation from a source. */
export interface SourceItem {
  /** Never blank. */
  readonly text: string;
  /** What came with it, as a value. */
  readonly data?: JsonObject;
  readonly user?: string;
  readonly session?: string;
  /** The same for an item that is offered again because nobody knows what became of it. Absent: it is never offered again. */
  readonly id?: string;
  /** W3C Trace Context: a `traceparent`. */
  readonly trace?: string;
}

/** Where observations come from besides lists and rows. */
export interface Source {
  /** Begins; offers one item at a time: the next comes when the promise of the last has resolved. Never throws. Idempotent. */
  start(): void;
  /** Nothing more is offered; frees timers and files. Does not wait for an offer that is under way. Idempotent. */
  stop(): Promise<void>;
  /** Resolves when it has ended by itself: its limit, the end of standard input, `once`. Not after `stop`. */
  readonly ended: Promise<void>;
}

/** What somebody outside has to say. */
export interface PushedItem {
  /** Absent: the data as JSON, unless the source has a template. */
  readonly text?: string;
  readonly data?: JsonObject;
  /** Without effect if the source has a template for it; so is `session`. */
  readonly user?: string;
  readonly session?: string;
  readonly id?: string;
  readonly trace?: string;
}

/** A source that gives what it is given. */
export interface PushSource extends Source {
  /**
   * Offers an item, after those that were pushed before it.
   *
   * @throws {TroupeError} Rejects if the item says nothing, cannot be rendered or is not accepted, if the source has not
   * begun or has ended, and with `TOO_MANY` if `SOURCE_PUSHES_WAITING` items are waiting.
   *
   * @param options.isAgain It was accepted in an earlier life of the run: it is taken however many are waiting.
   */
  push(item: PushedItem, options?: { readonly isAgain?: boolean }): Promise<void>;
  /**
   * Why an item would be refused at this moment: `SOURCE_ENDED`, `SOURCE_UNAVAILABLE` before it has begun, `SOURCE_FAILED` for
   * one that says nothing, `TOO_MANY`. Undefined: it would be taken into the queue.
   */
  refusal(item: PushedItem): TroupeError | undefined;
}

export interface SourceOptions {
  /** The scenario's. */
  readonly params: JsonObject;
  readonly clock: Clock;
  /** A rehearsal: sources give what is there, and end. */
  readonly virtual: boolean;
  /** Takes an item; resolves when it is safe, and there is room for the next. */
  offer(item: SourceItem): Promise<void>;
  tell(fact: RunFact): void;
  /** Where it was: what was kept last. Absent: it begins anew. */
  readonly position?: JsonObject;
  /** Keeps where it is now; called after each item that was taken. */
  keep(position: JsonObject): void;
  /** Instead of standard input; in a rehearsal there is no other. */
  readonly input?: Readable;
}
