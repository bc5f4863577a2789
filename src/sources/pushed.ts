import { type ErrorCode, TroupeError } from '../base/errors.ts';
import { SOURCE_PUSHES_WAITING } from '../base/limits.ts';
import type { ErrorInfo, PushSourceSpec } from '../protocol.ts';
import type { Outlet } from './outlet.ts';
import { createPulledSource } from './pulled-source.ts';
import type { Found } from './render-item.ts';
import type { PushedItem, PushSource, Source } from './source.ts';

interface Waiting {
  readonly found: Found;
  readonly resolve: () => void;
  readonly reject: (error: TroupeError) => void;
}

/** What others push, one after the other. In a rehearsal nobody does, and it ends at once. */
export function createPushed(outlet: Outlet, spec: PushSourceSpec): PushSource {
  const queue = new PushQueue(outlet, spec);
  const run = async (): Promise<void> => {
    if (outlet.options.virtual) outlet.end();
    else queue.open();
  };
  const source = createPulledSource(outlet, run, async () => queue.close());
  return { ...source, push: (item, options) => queue.push(item, options), refusal: (item) => queue.refusal(item) };
}

export function isPushSource(source: Source): source is PushSource {
  return 'push' in source;
}

class PushQueue {
  readonly #outlet: Outlet;
  readonly #hasTemplate: boolean;
  #isOpen = false;
  #isGiving = false;
  /** The first is the one that is offered. */
  #waiting: Waiting[] = [];

  constructor(outlet: Outlet, { text }: PushSourceSpec) {
    this.#outlet = outlet;
    this.#hasTemplate = text !== undefined;
  }

  open(): void {
    this.#isOpen = true;
  }

  async push(item: PushedItem, { isAgain = false }: { readonly isAgain?: boolean } = {}): Promise<void> {
    const refusal = this.refusal(item);
    if (refusal !== undefined && !(isAgain && refusal.code === 'TOO_MANY')) throw refusal;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ found: toFound(item, toSaid(item)), resolve, reject });
      void this.#giveAll();
    });
  }

  refusal(item: PushedItem): TroupeError | undefined {
    if (this.#outlet.isOver) return this.#refuse('it has ended', 'SOURCE_ENDED');
    if (!this.#isOpen) return this.#refuse('it has not begun; try again later', 'SOURCE_UNAVAILABLE');
    if (toSaid(item).trim() === '' && (!this.#hasTemplate || item.data === undefined)) {
      return this.#refuse('it says nothing; give text or data');
    }
    if (this.#waiting.length < SOURCE_PUSHES_WAITING) return undefined;
    return this.#refuse(`${SOURCE_PUSHES_WAITING} items are waiting; try again later`, 'TOO_MANY');
  }

  /** Nobody waits for what will not be offered. Idempotent. */
  close(reason = 'it has been stopped'): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(this.#refuse(reason));
  }

  async #giveAll(): Promise<void> {
    if (this.#isGiving) return;
    this.#isGiving = true;
    for (let next = this.#waiting[0]; next !== undefined && !this.#outlet.isOver; next = this.#waiting[0]) {
      const error = await this.#outlet.give(next.found);
      if (this.#waiting[0] === next) this.#waiting.shift();
      if (error === undefined) next.resolve();
      else next.reject(this.#refuse(error));
    }
    this.#isGiving = false;
    if (this.#outlet.isOver) this.close('it has ended');
  }

  #refuse(reason: string | ErrorInfo, code: ErrorCode = 'SOURCE_FAILED'): TroupeError {
    const why = typeof reason === 'string' ? reason : reason.message;
    return new TroupeError(code, `Cannot push to source "${this.#outlet.name}": ${why}`);
  }
}

/** What it says without a template. */
function toSaid({ text, data }: PushedItem): string {
  return text ?? (data === undefined ? '' : JSON.stringify(data));
}

function toFound({ text, data, user, session, id, trace }: PushedItem, says: string): Found {
  const who = { ...(user !== undefined && { user }), ...(session !== undefined && { session }) };
  return {
    text: says,
    ...(data !== undefined && { data }),
    names: { ...(text !== undefined && { text }), ...who },
    ...who,
    ...(id !== undefined && { id }),
    ...(trace !== undefined && { trace }),
  };
}
