import type { JournalRecord, Message } from '../protocol.ts';

/** Messages that an agent has observed, or will not observe any more, as its journal says. */
export class TakenMessages {
  readonly #ids = new Set<string>();
  /** Batches of parts that were observed together. */
  readonly #batches = new Set<string>();
  /** Of these and of `#ids`, what no `received` record was found for; how many parts of a batch. */
  readonly #sought = new Map<string, number>();

  add(record: JournalRecord): void {
    if (record.type === 'dropped') this.#seek(this.#ids, record.message, 1);
    if (record.type !== 'observed' || record.observation.message === undefined) return;
    const { id, part, parts } = record.observation.message;
    if (parts === undefined) {
      this.#seek(this.#ids, id, 1);
      return;
    }
    this.#ids.add(id);
    this.#seek(this.#batches, part?.batch ?? id, parts.length);
    this.#batches.add(id);
  }

  /** There are some whose `received` record has not been asked for with `has`. */
  get isSeeking(): boolean {
    return this.#sought.size > 0;
  }

  /** @param message Of a `received` record, each of which is asked for once. */
  has({ id, part }: Message): boolean {
    if (this.#ids.has(id)) this.#found(id);
    else if (part !== undefined && this.#batches.has(part.batch)) this.#found(part.batch);
    else return false;
    return true;
  }

  #seek(names: Set<string>, name: string, count: number): void {
    if (names.has(name)) return;
    names.add(name);
    if (count > 0) this.#sought.set(name, count);
  }

  #found(name: string): void {
    const left = (this.#sought.get(name) ?? 0) - 1;
    if (left > 0) this.#sought.set(name, left);
    else this.#sought.delete(name);
  }
}
