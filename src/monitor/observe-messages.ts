/** What goes over `/ws` about items that are pushed. Types only. */

import type { Outcome } from '../sources/outcomes.ts';
import type { PushedItem } from '../sources/source.ts';

/**
 * Gives an item to a source of the kind `http`, as `POST /observe/NAME` does. Answered by `observed`, and by `outcome` when it
 * is known what has become of it.
 */
export interface ObserveMessage {
  readonly type: 'observe';
  /** The source's name. */
  readonly source: string;
  readonly item: Omit<PushedItem, 'trace'>;
}

/** The item was accepted: `outcome.id` is its id, under which it is not observed twice. */
export interface ObservedMessage {
  readonly type: 'observed';
  readonly id?: string | number;
  readonly outcome: Outcome;
}

/** What has become of it: `done`, `failed` or `dead`. Comes once. */
export interface OutcomeMessage {
  readonly type: 'outcome';
  /** Of the `observe`. */
  readonly id?: string | number;
  readonly outcome: Outcome;
}
