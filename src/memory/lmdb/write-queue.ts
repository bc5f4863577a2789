import type { TroupeError } from '../../base/errors.ts';
import { STORE_BACKLOG_BYTES, STORE_OUTSTANDING_BYTES, STORE_OUTSTANDING_PUTS } from '../../base/limits.ts';

/** One change of one key. */
export interface Write {
  readonly table: 'runs' | 'batches' | 'notes';
  /** Of a run; of an agent's batch, by its number; of an owner's note, by its name in the table. */
  readonly key: string | [run: string, agent: string, place: number | string];
  /** Undefined removes the key. */
  readonly value: Buffer | undefined;
  /** Bytes kept outside the database for this value. */
  readonly outsideBytes: number;
  /** True: it puts in order what is there, and brings nothing new. */
  readonly isUpkeep?: true;
}

/** Writes that are acknowledged together, by one promise: ten thousand agents would otherwise need twice as many. */
class Group {
  readonly done: Promise<void>;
  resolve: () => void = () => {};
  reject: (reason: TroupeError) => void = () => {};
  /** In order, and kept until they are acknowledged: they may have to be passed on again. */
  readonly writes: Write[] = [];
  /** Handed to the database. */
  bytes = 0;
  batches = 0;
  /** Of the batches, with what is kept outside. */
  batchBytes = 0;
  outsideBytes = 0;
  /** Files that must be on disk before this may be handed over. */
  awaited = 0;

  constructor() {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever appends may drop the promise; without this a full disk would end the process.
    this.done.catch(() => {});
  }

  add(write: Write): void {
    const bytes = write.value?.length ?? 0;
    this.writes.push(write);
    this.bytes += bytes;
    this.outsideBytes += write.outsideBytes;
    if (write.table === 'runs' || write.value === undefined || write.isUpkeep) return;
    this.batches++;
    this.batchBytes += bytes + write.outsideBytes;
  }
}

/**
 * Passes writes on in the order in which they come, in groups of at most `STORE_OUTSTANDING_PUTS` writes or
 * `STORE_OUTSTANDING_BYTES`, one after the other: the next when the one before is acknowledged. The rest waits here.
 *
 * One at a time, so that the database is never given anything after a write of which it is not known how it ended.
 *
 * Contract: `add` and everything else return at once. The owner calls `take` some time after `begin`, gives all of it to
 * the database as one transaction, and calls `acknowledge` when that is on disk; until then `take` gives the same again.
 * After `fail` nothing is passed on any more.
 */
export class WriteQueue {
  readonly #begin: () => void;
  /** Takes what comes; the last one of all. */
  #open: Group | undefined;
  #last: Group | undefined;
  #waiting: Group[] = [];
  /** To be passed on, or passed on and not acknowledged. */
  #underWay: Group | undefined;
  #backlogBytes = 0;
  #handedOverBytes = 0;
  #writes = 0;
  #bytes = 0;
  #failure: { readonly error: TroupeError; readonly refused: Promise<never> } | undefined;
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  /** @param begin Called when there is something to be taken. Must not throw, nor take it at once. */
  constructor(begin: () => void) {
    this.#begin = begin;
  }

  /** @param ready When what the write refers to is on disk. @returns Resolves when the write is on disk itself. */
  add(write: Write, ready?: Promise<void>): Promise<void> {
    if (this.#failure !== undefined) {
      ready?.catch(() => {});
      return this.#failure.refused;
    }
    const group = this.#groupFor([write], ready !== undefined);
    this.#put(group, write);
    if (ready !== undefined) this.#awaitFor(group, ready);
    return group.done;
  }

  /** The same for writes that are one transaction, however many they are. */
  addAll(writes: readonly Write[]): Promise<void> {
    if (this.#failure !== undefined) return this.#failure.refused;
    const group = this.#groupFor(writes, false);
    for (const write of writes) this.#put(group, write);
    return group.done;
  }

  /** Writes, and their bytes, that are to be taken. */
  get next(): { readonly puts: number; readonly bytes: number } {
    return { puts: this.#underWay?.writes.length ?? 0, bytes: this.#underWay?.bytes ?? 0 };
  }

  /** @returns What is one transaction, in order; what comes from now on belongs to the next. */
  take(): readonly Write[] {
    if (this.#open === this.#underWay) this.#open = undefined;
    return this.#underWay?.writes ?? [];
  }

  /** What was taken is on disk. */
  acknowledge(): void {
    const group = this.#underWay;
    if (group === undefined) return;
    this.#underWay = undefined;
    this.#writes += group.batches;
    this.#bytes += group.batchBytes;
    group.resolve();
    this.#passOn();
  }

  /** The first error stays: it is why the others happened. */
  fail(error: TroupeError): void {
    if (this.#failure !== undefined) return;
    const refused = Promise.reject(error);
    refused.catch(() => {});
    this.#failure = { error, refused };
    for (const group of this.#unwritten()) group.reject(error);
    this.#underWay = undefined;
    this.#waiting = [];
    this.#open = undefined;
    this.#backlogBytes = 0;
    this.#giveRoom();
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Everything handed over is on disk. */
  get isEmpty(): boolean {
    return this.#underWay === undefined && this.#waiting.length === 0;
  }

  /** What is not on disk, in order. */
  unwritten(): Write[] {
    return this.#unwritten().flatMap(({ writes }) => writes);
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

  #unwritten(): Group[] {
    return this.#underWay === undefined ? this.#waiting : [this.#underWay, ...this.#waiting];
  }

  #put(group: Group, write: Write): void {
    group.add(write);
    const bytes = (write.value?.length ?? 0) + write.outsideBytes;
    if (!write.isUpkeep) this.#handedOverBytes += bytes;
    if (group !== this.#underWay) this.#backlogBytes += bytes;
  }

  /** @returns The group that takes them all: a new one if the last has no room for them. */
  #groupFor(writes: readonly Write[], mustWait: boolean): Group {
    const open = this.#open;
    const fits =
      open !== undefined &&
      open.writes.length + writes.length <= STORE_OUTSTANDING_PUTS &&
      open.bytes + sizeOf(writes) <= STORE_OUTSTANDING_BYTES &&
      !(open === this.#underWay && mustWait);
    if (fits) return open;
    const group = new Group();
    this.#open = group;
    this.#last = group;
    if (this.isEmpty && !mustWait) this.#launch(group);
    else this.#waiting.push(group);
    return group;
  }

  #launch(group: Group): void {
    this.#underWay = group;
    this.#begin();
  }

  #passOn(): void {
    const head = this.#waiting[0];
    if (this.#underWay !== undefined || head === undefined || head.awaited > 0) return;
    this.#waiting.shift();
    this.#backlogBytes -= head.bytes + head.outsideBytes;
    this.#launch(head);
    if (this.#backlogBytes <= STORE_BACKLOG_BYTES) this.#giveRoom();
  }

  #awaitFor(group: Group, ready: Promise<void>): void {
    group.awaited++;
    ready.then(
      () => {
        group.awaited--;
        this.#passOn();
      },
      (error: TroupeError) => this.fail(error),
    );
  }

  #giveRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}

function sizeOf(writes: readonly Write[]): number {
  let bytes = 0;
  for (const { value } of writes) bytes += value?.length ?? 0;
  return bytes;
}
