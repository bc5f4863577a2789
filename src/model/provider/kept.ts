/** What of an answer is kept for its provider. Types only. */

import type { JsonObject } from '../../protocol.ts';

/** Whose answer it is: another provider or model can make nothing of it, or refuses it. */
export interface KeptSource {
  /** The language model's, such as `anthropic.messages`. */
  readonly provider: string;
  /** The provider's name of the model. */
  readonly model: string;
}

export interface Kept extends KeptSource {
  /** In the order of the answer. */
  readonly parts: readonly KeptPart[];
}

export type KeptPart =
  | { readonly type: 'reasoning'; readonly text: string; readonly options?: JsonObject }
  /** No text: all of the message's. */
  | { readonly type: 'text'; readonly text?: string; readonly options?: JsonObject }
  /** The message's next call. `id`: the provider's own. */
  | { readonly type: 'call'; readonly id: string; readonly options?: JsonObject };
