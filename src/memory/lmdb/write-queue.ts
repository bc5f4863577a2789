import type { TroupeError } from '../../base/errors.ts';
import { STORE_BACKLOG_BYTES, STORE_OUTSTANDING_BYTES, STORE_OUTSTANDING_PUTS } from '../../base/limits.ts';

/** A group is at most half of what may be outstanding, so that one is filled while another is on its way to the disk. */
const GROUP_PUTS = STORE_OUTSTANDING_PUTS / 2;
const GROUP_BYTES = STORE_OUTSTANDING_BYTES / 2;

/** One change of one key. */
export interface Write {
  readonly table: 'runs' | 'batches';
  readonly key: string | [run: string, agent: string, sequence: number];
  /** Undefined removes the key. */
  readonly value: Buffer | undefined;
  /** Bytes kept outside the database for this value. */
  readonly outsideBytes: number;
}

/**
 * Writes that are acknowledged together, by one promise: ten thousand agents would otherwise need twice as many.
 * A group is `live` when its writes are passed on as they come; otherwise it keeps them until there is a place.
 */
class Group {
  readonly live: boolean;
  readonly done: Promise<void>;
  resolve: () => void = () => {};
  reject: (reason: TroupeError) => void = () => {};
  kept: Write[] = [];
  puts = 0;
  /** Handed to the database. */
  bytes = 0;
  batches = 0;
  /** Of the batches, with what is kept outside. */
  batchBytes = 0;
  outsideBytes = 0;
  /** Files that must be on disk before this may be handed over. */
  awaited = 0;

  constructor(live: boolean) {
    this.live = live;
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever appends may drop the promise; without this a full disk would end the process.
    this.done.catch(() => {});
  }

  count({ table, value, outsideBytes }: Write): void {
    const bytes = value === undefined ? 0 : value.length;
    this.puts++;
    this.bytes += bytes;
    this.outsideBytes += outsideBytes;
    if (table !== 'batches' || value === undefined) return;
    this.batches++;
    this.batchBytes += bytes + outsideBytes;
  }
}

/**
 * Passes writes on in the order in which they come, never more than `STORE_OUTSTANDING_PUTS` of them or
 * `STORE_OUTSTANDING_BYTES` unacknowledged; the rest waits here.
 *
 * Contract: `add` and everything else return at once. The owner calls `takeTurn` when the database closes what it was
 * given in one turn of the event loop into a transaction, and `acknowledge` when that is on disk. After `fail` nothing
 * is passed on any more.
 */
export class WriteQueue {
  readonly #send: (write: Write) => void;
  #open: Group | undefined;
  #last: Group | undefined;
  #waiting: Group[] = [];
  /** Passed on and not acknowledged, in order. */
  #inFlight: Group[] = [];
  #outstandingPuts = 0;
  #outstandingBytes = 0;
  #backlogBytes = 0;
  #handedOverBytes = 0;
  #writes = 0;
  #bytes = 0;
  #failure: { readonly error: TroupeError; readonly refused: Promise<never> } | undefined;
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  /** @param send Hands one write to the database. Must not throw. */
  constructor(send: (write: Write) => void) {
    this.#send = send;
  }

  /** @param ready When what the write refers to is on disk. @returns Resolves when the write is on disk itself. */
  add(write: Write, ready?: Promise<void>): Promise<void> {
    if (this.#failure !== undefined) {
      ready?.catch(() => {});
      return this.#failure.refused;
    }
    const group = this.#groupFor(write, ready !== undefined);
    group.count(write);
    const bytes = (write.value?.length ?? 0) + write.outsideBytes;
    this.#handedOverBytes += bytes;
    if (group.live) {
      this.#passOn(write);
    } else {
      group.kept.push(write);
      this.#backlogBytes += bytes;
      if (ready !== undefined) this.#awaitFor(group, ready);
    }
    return group.done;
  }

  /** @returns The last group that has been passed on; undefined if none is under way. */
  takeTurn(): Group | undefined {
    if (this.#open?.live) this.#open = undefined;
    return this.#inFlight.at(-1);
  }

  /** Writes have been passed on that nobody has acknowledged. */
  get isWaiting(): boolean {
    return this.#inFlight.length > 0;
  }

  /**
   * A turn is on disk, and with it all before it: transactions follow each other, and what brings one to the disk brings
   * the earlier ones. LMDB now and then never reports one of them.
   */
  acknowledge(last: Group | undefined): void {
    const count = last === undefined ? 0 : this.#inFlight.indexOf(last) + 1;
    for (const head of this.#inFlight.splice(0, count)) {
      this.#outstandingPuts -= head.puts;
      this.#outstandingBytes -= head.bytes;
      this.#writes += head.batches;
      this.#bytes += head.batchBytes;
      head.resolve();
    }
    this.#passOnWaiting();
  }

  /** The first error stays: it is why the others happened. */
  fail(error: TroupeError): void {
    if (this.#failure !== undefined) return;
    const refused = Promise.reject(error);
    refused.catch(() => {});
    this.#failure = { error, refused };
    for (const group of [...this.#inFlight, ...this.#waiting]) group.reject(error);
    this.#inFlight = [];
    this.#waiting = [];
    this.#open = undefined;
    this.#backlogBytes = 0;
    this.#giveRoom();
  }

  get handedOverBytes(): number {
    return this.#handedOverBytes;
  }

  /** Resolves when all of it is on disk. @throws The first failure. */
  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    await this.#last?.done;
  }

  /** Resolves when all of it is on disk or lost. */
  async settled(): Promise<void> {
    await this.#last?.done.catch(() => {});
  }

  room(): Promise<void> | undefined {
    if (this.#backlogBytes <= STORE_BACKLOG_BYTES) return undefined;
    if (this.#room === undefined) {
      let resolve = (): void => {};
      const promise = new Promise<void>((settle) => {
        resolve = settle;
      });
      this.#room = { promise, resolve };
    }
    return this.#room.promise;
  }

  stats(): { writes: number; bytes: number } {
    return { writes: this.#writes, bytes: this.#bytes };
  }

  #groupFor(write: Write, mustWait: boolean): Group {
    const open = this.#open;
    const fits =
      open !== undefined &&
      open.puts < GROUP_PUTS &&
      open.bytes + (write.value?.length ?? 0) <= GROUP_BYTES &&
      !(open.live && mustWait);
    if (fits) return open;
    const group = new Group(!mustWait && this.#waiting.length === 0 && this.#hasPlaceFor(GROUP_PUTS, GROUP_BYTES));
    if (group.live) this.#launch(group);
    else this.#waiting.push(group);
    this.#open = group;
    this.#last = group;
    return group;
  }

  #hasPlaceFor(puts: number, bytes: number): boolean {
    return (
      this.#outstandingPuts + puts <= STORE_OUTSTANDING_PUTS &&
      this.#outstandingBytes + bytes <= STORE_OUTSTANDING_BYTES
    );
  }

  #launch(group: Group): void {
    this.#inFlight.push(group);
  }

  #passOn(write: Write): void {
    this.#outstandingPuts++;
    this.#outstandingBytes += write.value?.length ?? 0;
    this.#send(write);
  }

  #passOnWaiting(): void {
    let head = this.#waiting[0];
    while (head?.awaited === 0 && (this.#inFlight.length === 0 || this.#hasPlaceFor(head.puts, head.bytes))) {
      this.#waiting.shift();
      if (head === this.#open) this.#open = undefined;
      this.#backlogBytes -= head.bytes + head.outsideBytes;
      this.#launch(head);
      for (const write of head.kept) this.#passOn(write);
      head.kept = [];
      head = this.#waiting[0];
    }
    if (this.#backlogBytes <= STORE_BACKLOG_BYTES) this.#giveRoom();
  }

  #awaitFor(group: Group, ready: Promise<void>): void {
    group.awaited++;
    ready.then(
      () => {
        group.awaited--;
        this.#passOnWaiting();
      },
      (error: TroupeError) => this.fail(error),
    );
  }

  #giveRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
