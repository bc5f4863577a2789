import type { GatheredPart, Message } from '../protocol.ts';

/** From so many messages on, ids are looked up in a Set; below, walking over them is faster than keeping one. */
const IDS_FROM = 16;
/** Places below which it does not pay to close the gaps between messages. */
const PLACES_MIN = 32;
const NONE: readonly Message[] = [];

/** What has come of a batch, by index; the values are places. */
interface Batch {
  readonly places: Map<number, number>;
  /** The place of the part that has made it complete, or -1. */
  completedAt: number;
}

/**
 * Messages that are not yet observed, oldest first.
 *
 * Messages with the same `part.batch` are put aside until `part.of` different indexes have come; then they can be
 * observed as one, in the place of the last of them. A batch of which a part was removed waits for that index again.
 *
 * Contract: no two messages in it have the same id (ask `has` first). Every operation but `remove`, iteration and
 * `takeExpired` of something takes amortised constant time, for each message that it takes out. It is not
 * changed while it is iterated. How many messages it may have is not its concern.
 */
export class Mailbox implements Iterable<Message> {
  /** In the order of arrival; what has left leaves a gap until there are more gaps than messages. */
  #places: (Message | undefined)[] = [];
  /** Before it are only gaps. */
  #head = 0;
  /** Before it nothing can be observed, and never will be: a batch takes the place of its last part. */
  #cursor = 0;
  #size = 0;
  /** Of these, parts; and batches of which all have come. */
  #parts = 0;
  #complete = 0;
  #batches: Map<string, Batch> | undefined;
  #ids: Set<string> | undefined;
  /** Nothing expires before. */
  #nextExpiry = Number.POSITIVE_INFINITY;

  /** Messages that wait to be observed; of a batch, each part. */
  get size(): number {
    return this.#size;
  }

  /** Messages that can be observed: a batch is one, and none before it is complete. */
  get ready(): number {
    return this.#size - this.#parts + this.#complete;
  }

  /** With the message there is one more that can be observed: it is no part, or the last one of its batch. */
  wouldAdd({ part }: Message): boolean {
    if (part === undefined) return true;
    const places = this.#batches?.get(part.batch)?.places;
    return (places?.size ?? 0) === part.of - 1 && places?.has(part.index) !== true;
  }

  /** `take` would give something. */
  get hasNext(): boolean {
    return this.#seek() !== undefined;
  }

  /** @returns False for a part whose index has come already, or whose batch is complete: it is not kept. */
  push(message: Message): boolean {
    const { part, expiresAt } = message;
    if (part !== undefined && !this.#gather(part.batch, part.index, part.of)) return false;
    this.#places.push(message);
    this.#size++;
    this.#ids?.add(message.id);
    if (expiresAt !== undefined && expiresAt < this.#nextExpiry) this.#nextExpiry = expiresAt;
    return true;
  }

  /**
   * The oldest that can be observed, by when that became possible; it is not in the mailbox any more. A complete batch is
   * one message: the last part's, with the batch as its id, the parts in the order of their indexes, and a line of text
   * for each.
   */
  take(): Message | undefined {
    const message = this.#seek();
    if (message === undefined) return undefined;
    if (message.part === undefined) {
      this.#clear(this.#cursor, message);
      this.#closeGaps();
      return message;
    }
    const { batch } = message.part;
    const parts = this.#partsOf(batch);
    const places = [...(this.#batches?.get(batch)?.places.values() ?? [])];
    for (const place of places) this.#clear(place, this.#places[place] as Message);
    this.#closeGaps();
    return combine(message, batch, parts);
  }

  /** What `take` would give, which stays. */
  peek(): Message | undefined {
    const message = this.#seek();
    if (message?.part === undefined) return message;
    const { batch } = message.part;
    return combine(message, batch, this.#partsOf(batch));
  }

  /** Batches of which parts are still to come. */
  incomplete(): readonly { readonly batch: string; readonly missing: number; readonly from: readonly string[] }[] {
    const all = [...(this.#batches ?? [])].filter(([, { completedAt }]) => completedAt === -1);
    return all.map(([batch, { places }]) => {
      const parts = this.#partsOf(batch);
      return { batch, missing: (parts[0]?.part?.of ?? 0) - places.size, from: parts.map(({ from }) => from) };
    });
  }

  has(id: string): boolean {
    if (this.#size < IDS_FROM && this.#ids === undefined) return this.#placeOf(id) !== -1;
    if (this.#ids === undefined) {
      this.#ids = new Set();
      for (const message of this) this.#ids.add(message.id);
    }
    return this.#ids.has(id);
  }

  /**
   * Takes out what it is too late to observe, oldest first. A batch expires as a whole, with its last part, and not before
   * it is complete: others may still be at work for it.
   *
   * @param now On the run's clock, in milliseconds; what has `expiresAt <= now` has expired.
   */
  takeExpired(now: number): readonly Message[] {
    if (now < this.#nextExpiry) return NONE;
    const expired: Message[] = [];
    const places: number[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (let place = this.#head; place < this.#places.length; place++) {
      const message = this.#places[place];
      if (message === undefined) continue;
      const expiresAt = this.#expiryOf(message);
      if (expiresAt <= now) {
        expired.push(message);
        places.push(place);
      } else if (expiresAt < next) next = expiresAt;
    }
    for (const [index, place] of places.entries()) this.#clear(place, expired[index] as Message);
    this.#nextExpiry = next;
    this.#closeGaps();
    return expired;
  }

  /** What `take` would give, as it came: of a batch, each part. */
  takeOldest(): readonly Message[] {
    const message = this.#seek();
    if (message === undefined) return NONE;
    if (message.part === undefined) return [this.#takeOut(this.#cursor, message)];
    const { batch } = message.part;
    const parts = this.#partsOf(batch);
    this.removeBatch(batch);
    return parts;
  }

  /** Takes out all that has come of a batch. */
  removeBatch(batch: string): void {
    for (const place of [...(this.#batches?.get(batch)?.places.values() ?? [])]) {
      const part = this.#places[place];
      if (part !== undefined) this.#clear(place, part);
    }
    this.#closeGaps();
  }

  /** Takes out the message, or the part, with this id. */
  remove(id: string): Message | undefined {
    const place = this.#placeOf(id);
    const message = this.#places[place];
    return message === undefined ? undefined : this.#takeOut(place, message);
  }

  /** All that is in it in the order of arrival, each part by itself: pushed again, they make the same mailbox. */
  *[Symbol.iterator](): Iterator<Message> {
    for (let place = this.#head; place < this.#places.length; place++) {
      const message = this.#places[place];
      if (message !== undefined) yield message;
    }
  }

  /** Moves the cursor to the first that can be observed. */
  #seek(): Message | undefined {
    for (; this.#cursor < this.#places.length; this.#cursor++) {
      const message = this.#places[this.#cursor];
      if (message === undefined) continue;
      if (message.part === undefined) return message;
      if (this.#batches?.get(message.part.batch)?.completedAt === this.#cursor) return message;
    }
    return undefined;
  }

  /** Notes that the part comes into the next place. */
  #gather(id: string, index: number, of: number): boolean {
    this.#batches ??= new Map();
    let batch = this.#batches.get(id);
    if (batch === undefined) {
      batch = { places: new Map(), completedAt: -1 };
      this.#batches.set(id, batch);
    }
    if (batch.completedAt !== -1 || batch.places.has(index)) return false;
    const place = this.#places.length;
    batch.places.set(index, place);
    this.#parts++;
    if (batch.places.size >= of) {
      batch.completedAt = place;
      this.#complete++;
    }
    return true;
  }

  #partsOf(id: string): readonly Message[] {
    const places = [...(this.#batches?.get(id)?.places ?? [])].sort(([index], [other]) => index - other);
    return places.map(([, place]) => this.#places[place] as Message);
  }

  #expiryOf({ part, expiresAt = Number.POSITIVE_INFINITY }: Message): number {
    if (part === undefined) return expiresAt;
    const completedAt = this.#batches?.get(part.batch)?.completedAt ?? -1;
    if (completedAt === -1) return Number.POSITIVE_INFINITY;
    return this.#places[completedAt]?.expiresAt ?? Number.POSITIVE_INFINITY;
  }

  /** The place of the message with this id, or -1. */
  #placeOf(id: string): number {
    for (let place = this.#head; place < this.#places.length; place++) {
      if (this.#places[place]?.id === id) return place;
    }
    return -1;
  }

  #takeOut(place: number, message: Message): Message {
    this.#clear(place, message);
    this.#closeGaps();
    return message;
  }

  #clear(place: number, message: Message): void {
    this.#places[place] = undefined;
    this.#size--;
    this.#ids?.delete(message.id);
    if (message.part === undefined || this.#batches === undefined) return;
    const batch = this.#batches.get(message.part.batch);
    if (batch === undefined) return;
    this.#parts--;
    if (batch.completedAt !== -1) this.#complete--;
    batch.completedAt = -1;
    batch.places.delete(message.part.index);
    if (batch.places.size === 0) this.#batches.delete(message.part.batch);
  }

  /** Once more than half of the places are gaps, so that each removal pays for one move. */
  #closeGaps(): void {
    if (this.#size === 0) {
      this.#places.length = 0;
      this.#head = 0;
      this.#cursor = 0;
      this.#ids = undefined;
      this.#batches = undefined;
      this.#parts = 0;
      this.#complete = 0;
      this.#nextExpiry = Number.POSITIVE_INFINITY;
      return;
    }
    if (this.#places.length < PLACES_MIN || this.#size * 2 >= this.#places.length) return;
    let to = 0;
    let cursor = -1;
    for (let from = this.#head; from < this.#places.length; from++) {
      if (from >= this.#cursor && cursor === -1) cursor = to;
      const message = this.#places[from];
      if (message === undefined) continue;
      this.#move(message, from, to);
      this.#places[to++] = message;
    }
    this.#places.length = to;
    this.#head = 0;
    this.#cursor = cursor === -1 ? to : cursor;
  }

  #move(message: Message, from: number, to: number): void {
    if (message.part === undefined) return;
    const batch = this.#batches?.get(message.part.batch);
    if (batch === undefined) return;
    batch.places.set(message.part.index, to);
    if (batch.completedAt === from) batch.completedAt = to;
  }
}

function combine(last: Message, batch: string, messages: readonly Message[]): Message {
  const parts = messages.map(({ from, body, part }): GatheredPart => {
    return part?.isError === undefined ? { from, body } : { from, body, isError: part.isError };
  });
  const first = messages[0]?.from ?? last.from;
  const { part: _, ...rest } = last;
  return {
    ...rest,
    id: batch,
    from: parts.every(({ from }) => from === first) ? first : last.from,
    body: parts.map(({ from, body }) => `${from}: ${body}`).join('\n'),
    parts,
  };
}
